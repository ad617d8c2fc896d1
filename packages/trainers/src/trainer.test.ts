import { useBackend } from '@gm/backends';
import { spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { memory, square, sum, type Tensor, tensor1d, tensor2d, variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, ring, trainFor } from '../test/parts.js';
import { encodeCheckpoint, type Game, type Player, readMetrics, sgd, trainer } from './index.js';

function player(name: string, moves: string[], every?: number): Player<never> {
  const w = variable(tensor1d([1]));
  const network = {
    input: spec([1]),
    output: spec([1]),
    parameters: { w },
    apply: (x: Tensor) => x,
    dispose: () => w.dispose(),
  };
  return {
    name,
    networks: { [`${name}Network`]: network },
    optimizer: sgd(),
    ...(every !== undefined && { every }),
    loss() {
      moves.push(name);
      return { loss: sum(square(w)) };
    },
  };
}

function game(...players: Player<never>[]): Game<never> {
  return { input: spec([1]), players };
}

describe('trainer', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('lets players move in order, each at its own pace', () => {
    const moves: string[] = [];
    const run = trainer(game(player('critic', moves), player('generator', moves, 3)));
    for (let step = 0; step < 4; step++) run.step({} as never);
    expect(moves.join(' ')).toBe('critic critic critic generator critic');
    disposeAll(run);
  });

  it('gives each player randomness of its own that depends on seed and step alone', () => {
    const draws = (seed: number, names: string[]) => {
      const seen: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
      const watched = names.map((name): Player<never> => {
        const one = player(name, []);
        const loss: Player<never>['loss'] = (batch, shared, turn) => {
          seen[name]!.push(turn.random.uniforms(1)[0]!);
          return one.loss(batch, shared, turn);
        };
        return { ...one, loss };
      });
      const run = trainer(game(...watched), { seed });
      for (let step = 0; step < 3; step++) run.step({} as never);
      disposeAll(run);
      return seen;
    };
    const alone = draws(1, ['a']);
    const together = draws(1, ['b', 'a']);
    expect(together.a).toEqual(alone.a);
    expect(together.b).not.toEqual(together.a);
    expect(new Set(together.a).size).toBe(3);
    expect(draws(2, ['a']).a).not.toEqual(alone.a);
  });

  it('leaves the batch to its owner, also when the shared pass hands it on', () => {
    const x = tensor2d([[1]]);
    const run = trainer({ ...game(player('a', [])), share: (batch: never) => batch } as Game<never, never>);
    run.step({ x } as never);
    expect(x.isDisposed).toBe(false);
    x.dispose();
    disposeAll(run);
  });

  it('refuses names, paces and limits that cannot work, and work after dispose', async () => {
    const a = player('a', []);
    await expectError(() => trainer(game({ ...a, name: 'a/b' })), 'GM_OPTION', "'a/b'", 'Choose another name');
    await expectError(() => trainer(game({ ...a, name: 'share' })), 'GM_OPTION', "'share'");
    await expectError(() => trainer(game({ ...a, every: 0 })), 'GM_OPTION', "player 'a'", 'every');
    await expectError(() => trainer(game(a), { clipNorm: -1 }), 'GM_OPTION', 'clipNorm');
    await expectError(() => trainer(game(a), { seed: Number.NaN, averageDecay: 0.9 }), 'GM_OPTION', 'seed');
    const run = trainer(game(a));
    run.dispose();
    await expectError(() => run.step({} as never), 'GM_DISPOSED', 'Make a new trainer.');
  });

  it('refuses games whose players share what only one may have', async () => {
    const [a, b] = [player('a', []), player('b', [])];
    await expectError(() => trainer(game()), 'GM_OPTION', 'at least one player');
    await expectError(() => trainer(game(a, { ...b, name: 'a' })), 'GM_OPTION', 'different names', "'a' twice");
    await expectError(
      () => trainer(game(a, { ...b, optimizer: a.optimizer })),
      'GM_OPTION',
      'an optimizer for each player',
    );
    await expectError(
      () => trainer(game(a, { ...b, networks: a.networks })),
      'GM_OPTION',
      'networks of different names',
    );
    const renamed = { other: Object.values(a.networks)[0]! };
    await expectError(
      () => trainer(game(a, { ...b, networks: renamed })),
      'GM_OPTION',
      'every parameter to belong to one player',
    );
  });
});

describe.each(['cpu', 'wasm'] as const)('the recipes on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(Object.keys(recipes))('%s keeps the number of tensors constant over 200 steps', async (name) => {
    const run = trainer(recipes[name]!(1), { averageDecay: 0.99, clipNorm: 10 });
    await trainFor(run, 3); // until every player has moved
    const before = memory();
    await trainFor(run, 200);
    expect(memory().numTensors - before.numTensors).toBe(0);
    expect(memory().numBytes - before.numBytes).toBe(0);
    disposeAll(run);
  });

  it.each(Object.keys(recipes))('%s frees everything it made', async (name) => {
    const before = memory().numTensors;
    const run = trainer(recipes[name]!(1), { averageDecay: 0.99 });
    await trainFor(run, 2);
    disposeAll(run);
    expect(memory().numTensors).toBe(before);
  });

  it('samples with the averages and goes on with the current parameters', async () => {
    const run = trainer(recipes.vae!(1), { averageDecay: 0.99 });
    await trainFor(run, 20);
    const [parameter] = Object.values(run.networks.decoder!.parameters);
    const current = Array.from(parameter!.dataSync());
    const averaged = await run.withAverages(() => Array.from(parameter!.dataSync()));
    expect(averaged).not.toEqual(current);
    expect(Array.from(parameter!.dataSync())).toEqual(current);
    disposeAll(run);
  });

  it('lets nothing else touch the run while the averages are in place', async () => {
    const run = trainer(recipes.vae!(1), { averageDecay: 0.99 });
    await trainFor(run, 5);
    const before = await encodeCheckpoint(run);
    const batch = ring().at(0);
    await run.withAverages(async () => {
      await expectError(() => run.withAverages(() => 0), 'GM_BUSY', 'Wait for withAverages()');
      await expectError(() => run.step(batch as never), 'GM_BUSY', 'a step inside');
      await expectError(() => encodeCheckpoint(run), 'GM_BUSY', 'a checkpoint inside');
    });
    await expect(run.withAverages(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await encodeCheckpoint(run)).toEqual(before);
    disposeAll(run);
  });

  it('takes averages of a short memory at the start: close to the parameters, not to the initialisation', async () => {
    const run = trainer(recipes.classifier!(1), { averageDecay: 0.9999 });
    const batch = await ring().at(0);
    await readMetrics(run.step(batch as never));
    const [parameter] = Object.values(run.networks.classifier!.parameters);
    const current = Array.from(parameter!.dataSync());
    const averaged = await run.withAverages(() => Array.from(parameter!.dataSync()));
    const gap = Math.max(...current.map((value, index) => Math.abs(value - averaged[index]!)));
    expect(gap).toBeLessThan(0.01);
    disposeAll(run);
  });
});
