import { useBackend } from '@gm/backends';
import { type Network, type Optimizer, type Prior, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { mlpDiscriminator, withHead } from '@gm/discriminators';
import { codedGenerator, mlpDecoder, recurrentGenerator } from '@gm/generators';
import { type GaussianEncoder, gaussianEncoder, mlpEncoder, recurrentEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood, hinge, nonSaturating, wasserstein } from '@gm/losses';
import { frozen } from '@gm/networks';
import { mean, memory, square, tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, trainFor } from '../test/parts.js';
import {
  adam,
  clipped,
  continueAs,
  decodeCheckpoint,
  encodeCheckpoint,
  type Game,
  type GameTrainer,
  gan,
  readMetrics,
  restoreCheckpoint,
  sequenceVae,
  sgd,
  trainer,
  vae,
  vaeGan,
} from './index.js';

const plane = spec([2]);
const likelihood = gaussianLikelihood({ scale: 0.2 });
const prior: Prior = standardNormal(2);

const parts = (seed = 1) => {
  const random = seeded(seed);
  return {
    encoder: mlpEncoder({ input: plane, hidden: [8], latent: 2, random }),
    decoder: mlpDecoder({ latent: 2, hidden: [8], output: plane, random }),
  };
};
const adversaries = () => {
  const { decoder: generator } = parts(2);
  return { generator, discriminator: mlpDiscriminator({ input: plane, hidden: [8], random: seeded(3) }), prior };
};
const valuesOf = async (network: Network) =>
  Promise.all(Object.values(network.parameters).map(async (parameter) => [...(await parameter.data())]));
/** What an optimizer holds of one network, by slot. */
const knowledge = async (optimizer: Optimizer, network: string) => {
  const slots = Object.entries(optimizer.state().slots).filter(([key]) => key.split('/')[1] === network);
  return Object.fromEntries(await Promise.all(slots.map(async ([key, slot]) => [key, [...(await slot.data())]])));
};
const go = <Batch>(run: GameTrainer<Batch>, steps: number) => trainFor(run as never, steps);

describe.each(['cpu', 'wasm'] as const)('continueAs on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('goes on bit for bit with the same game, whether its optimizer is the one of before or a new one', async () => {
    const compose = () => {
      const { encoder, decoder } = parts();
      return (optimizer = adam({ learningRate: 1e-2 })) => vae({ encoder, decoder, prior, likelihood, optimizer });
    };
    const options = { averageDecay: 0.9 };
    const whole = trainer(compose()(), { ...options, seed: 1 });
    await go(whole, 6);
    for (const fresh of [false, true]) {
      const [game, optimizer] = [compose(), adam({ learningRate: 1e-2 })];
      const half = trainer(game(optimizer), { ...options, seed: 1 });
      await go(half, 3);
      const next = continueAs(half, game(fresh ? adam({ learningRate: 1e-2 }) : optimizer), options);
      expect(next.steps).toBe(3);
      await go(next, 3);
      expect(await encodeCheckpoint(next)).toEqual(await encodeCheckpoint(whole));
      disposeAll(next);
    }
    disposeAll(whole);
  });

  it('attaches a discriminator to a VAE, whose parts keep their optimizer state under new names', async () => {
    const tensors = memory().numTensors;
    const { encoder, decoder } = parts();
    const discriminator = mlpDiscriminator({ input: plane, hidden: [8], random: seeded(3) });
    const run = trainer(vae({ encoder, decoder, prior, likelihood, optimizer: adam() }), { seed: 1 });
    await go(run, 4);
    const before = run.optimizers.autoencoder!.state();
    const kept: [string, string, number[]][] = [];
    for (const [player, network, old] of [
      ['encoder', 'encoder', 'encoder'],
      ['generator', 'generator', 'decoder'],
    ] as const) {
      for (const [key, slot] of Object.entries(before.slots).filter(([key]) => key.includes(`/${old}/`))) {
        kept.push([player, key.replace(`/${old}/`, `/${network}/`), [...(await slot.data())]]);
      }
    }
    const next = continueAs(run, vaeGan({ encoder, generator: decoder, discriminator, prior }));
    for (const [player, key, values] of kept) {
      const { slots, counters } = next.optimizers[player]!.state();
      await expectSame(slots[key]!, values);
      expect(counters).toEqual({ updates: 4 });
    }
    expect(next.optimizers.discriminator!.state().slots).toEqual({});
    await expectError(() => run.step({} as never), 'GM_DISPOSED');
    const [report] = await go(next, 2);
    for (const value of Object.values(report!)) expect(Number.isFinite(value)).toBe(true);
    expect(next.steps).toBe(6);
    disposeAll(next);
    expect(memory().numTensors).toBe(tensors);
  });

  it('exchanges a loss, and leaves the state of both sides', async () => {
    const both = adversaries();
    const optimizers = { generator: adam(), discriminator: adam() };
    const run = trainer(gan({ ...both, loss: nonSaturating(), optimizers }), { seed: 1 });
    await go(run, 3);
    const slots = Object.entries(optimizers.discriminator.state().slots);
    const values = await Promise.all(slots.map(async ([key, slot]) => [key, [...(await slot.data())]] as const));
    const next = continueAs(run, gan({ ...both, loss: hinge(), optimizers }));
    for (const [key, before] of values) await expectSame(optimizers.discriminator.state().slots[key]!, before);
    await go(next, 2);
    expect(optimizers.discriminator.state().counters).toEqual({ updates: 5 });
    disposeAll(next);
  });

  it('freezes a part, which is saved with the run and no longer moves', async () => {
    const { encoder, decoder } = parts();
    const run = trainer(vae({ encoder, decoder, prior, likelihood }), { seed: 1 });
    await go(run, 2);
    const still: GaussianEncoder = gaussianEncoder(frozen(encoder));
    const next = continueAs(run, vae({ encoder: still, decoder, prior, likelihood }));
    const [before, moved] = [await valuesOf(encoder), await valuesOf(decoder)];
    await go(next, 3);
    expect(await valuesOf(encoder)).toEqual(before);
    expect(await valuesOf(decoder)).not.toEqual(moved);
    expect((await encodeCheckpoint(next)).length).toBeGreaterThan(0);
    disposeAll(next);
    encoder.dispose();
  });

  it('lets a player rest whose networks are all frozen, and refuses a game without any other', async () => {
    const { encoder, decoder } = parts();
    const discriminator = mlpDiscriminator({ input: plane, hidden: [8], random: seeded(3) });
    const still: GaussianEncoder = gaussianEncoder(frozen(encoder));
    const run = trainer(vaeGan({ encoder: still, generator: decoder, discriminator, prior }), { seed: 1 });
    const before = await valuesOf(encoder);
    const [report] = await go(run, 2);
    expect(Object.keys(report!).filter((name) => name.startsWith('encoder/'))).toEqual([]);
    expect(Object.keys(report!)).toContain('generator/loss');
    expect(await valuesOf(encoder)).toEqual(before);
    disposeAll(run);
    const [game, rest] = [parts(2), frozen(encoder)];
    const all = vae({ encoder: gaussianEncoder(rest), decoder: frozen(game.decoder), prior, likelihood });
    await expectError(() => trainer(all), 'GM_OPTION', 'something to move');
    for (const network of [encoder, game.encoder, game.decoder]) network.dispose();
  });

  it('keeps what a method knows when its parameters are clipped from now on, or no longer', async () => {
    const both = adversaries();
    const critics = [adam(), clipped(adam(), 0.1), clipped(clipped(adam(), 0.2), 0.1), adam()] as const;
    const compose = (critic: Optimizer, loss = wasserstein()) =>
      gan({ ...both, loss, optimizers: { discriminator: critic } });
    let run = trainer(compose(critics[0], nonSaturating()), { seed: 1 });
    await go(run, 3);
    for (const [index, critic] of critics.slice(1).entries()) {
      const before = await knowledge(critics[index]!, 'discriminator');
      expect(Object.keys(before).length).toBe(8); // two moments of two kernels and two biases
      run = continueAs(run, compose(critic));
      expect(await knowledge(critic, 'discriminator')).toEqual(before);
      expect(critic.state().counters).toEqual({ updates: 3 + 2 * index });
      await go(run, 2);
    }
    disposeAll(run);
  });

  it('gives back what was known of a part that was frozen for a while, through a checkpoint too', async () => {
    const tensors = memory().numTensors;
    const compose = (seed = 1) => {
      const { encoder, decoder } = parts(seed);
      return {
        encoder,
        moving: (optimizer: Optimizer) => vae({ encoder, decoder, prior, likelihood, optimizer }),
        resting: (optimizer: Optimizer) => vae({ encoder: frozen(encoder), decoder, prior, likelihood, optimizer }),
      };
    };
    const [one, other] = [compose(), compose(2)];
    const first = adam();
    const run = trainer(one.moving(first), { seed: 1 });
    await go(run, 3);
    const before = await knowledge(first, 'encoder');
    expect(Object.keys(before).length).toBe(8);
    const still = continueAs(run, one.resting(adam()));
    await go(still, 2);
    const again = continueAs(still, one.resting(adam()));
    await go(again, 1);
    const elsewhere = trainer(other.resting(adam()), { seed: 2 });
    restoreCheckpoint(elsewhere, await decodeCheckpoint(await encodeCheckpoint(again)));
    for (const [half, { encoder, moving }] of [
      [again, one],
      [elsewhere, other],
    ] as const) {
      const last = adam();
      const next = continueAs(half, moving(last));
      expect(await knowledge(last, 'encoder')).toEqual(before);
      expect(last.state().counters).toEqual({ updates: 6 });
      const values = await valuesOf(encoder);
      await go(next, 1);
      expect(await valuesOf(encoder)).not.toEqual(values);
      expect(await knowledge(last, 'encoder')).not.toEqual(before);
      disposeAll(next);
      encoder.dispose();
    }
    expect(memory().numTensors).toBe(tensors);
  });

  it('lets what is known wait with a player that rests, and its count with it', async () => {
    const { encoder, decoder: generator } = parts();
    const discriminator = mlpDiscriminator({ input: plane, hidden: [8], random: seeded(3) });
    const run = trainer(vaeGan({ encoder, generator, discriminator, prior }), { seed: 1 });
    await go(run, 2);
    const before = await knowledge(run.optimizers.encoder!, 'encoder');
    const still = continueAs(run, vaeGan({ encoder: frozen(encoder), generator, discriminator, prior }));
    await go(still, 3);
    const next = continueAs(still, vaeGan({ encoder, generator, discriminator, prior }));
    expect(await knowledge(next.optimizers.encoder!, 'encoder')).toEqual(before);
    expect(next.optimizers.encoder!.state().counters).toEqual({ updates: 2 });
    expect(next.optimizers.generator!.state().counters).toEqual({ updates: 5 });
    await go(next, 1);
    disposeAll(next);
  });

  it('begins to count with new parts, whatever waits beside them', async () => {
    const { encoder, decoder } = parts();
    const run = trainer(vae({ encoder, decoder, prior, likelihood }), { seed: 1 });
    await go(run, 3);
    const optimizer = adam();
    const fresh = parts(2);
    const still = continueAs(run, vae({ ...fresh, encoder: frozen(encoder), prior, likelihood, optimizer }));
    expect(optimizer.state().counters).toEqual({ updates: 0 });
    expect(Object.keys(await knowledge(optimizer, 'encoder')).length).toBe(8);
    expect(await knowledge(optimizer, 'decoder')).toEqual({});
    disposeAll(still);
    for (const network of [encoder, decoder, fresh.encoder]) network.dispose();
  });

  it('lets nothing wait with one player that another moves', async () => {
    const { encoder, decoder } = parts();
    const judge = withHead({ body: encoder }, { classes: 1, frozen: true, random: seeded(4) });
    const watched = (optimizer: Optimizer): Game<{ x: ReturnType<typeof tensor> }> => {
      const game = vae({ encoder, decoder, prior, likelihood });
      const loss = ({ x }: { x: ReturnType<typeof tensor> }) => ({ loss: mean(square(judge.logits(x))) });
      return { ...game, players: [{ name: 'judge', networks: { judge }, optimizer, loss }, ...game.players] };
    };
    const run = trainer(vae({ encoder, decoder, prior, likelihood }), { seed: 1 });
    await go(run, 2);
    const before = await knowledge(run.optimizers.autoencoder!, 'encoder');
    const optimizer = adam();
    const next = continueAs(run, watched(optimizer));
    expect(optimizer.state()).toEqual({ slots: {}, counters: { updates: 0 } });
    expect(await knowledge(next.optimizers.autoencoder!, 'encoder')).toEqual(before);
    await go(next, 1);
    disposeAll(next);
  });

  it('freezes discriminators, which still answer', async () => {
    const { generator, discriminator } = adversaries();
    const run = trainer(gan({ generator, discriminator, prior }), { seed: 1 });
    await go(run, 2);
    const next = continueAs(run, gan({ generator, discriminator: frozen(discriminator), prior }));
    const [before, moved] = [await valuesOf(discriminator), await valuesOf(generator)];
    const [report] = await go(next, 2);
    expect(Object.keys(report!)).toContain('generator/loss');
    expect(Object.keys(report!)).not.toContain('discriminator/loss');
    expect(await valuesOf(discriminator)).toEqual(before);
    expect(await valuesOf(generator)).not.toEqual(moved);
    disposeAll(next);
    discriminator.dispose();
  });

  it('freezes generators of sequences, which still advance', async () => {
    const random = seeded(1);
    const generator = recurrentGenerator({ vocabulary: 5, time: 4, hidden: [3], dropout: 0.5, random });
    const decoder = codedGenerator({ generator, latent: 2, random });
    const encoder = recurrentEncoder({ input: generator.input, hidden: [3], latent: 2, random });
    const compose = (part: typeof generator) =>
      sequenceVae({ encoder, decoder: { ...decoder, generator: part }, prior });
    const x = tensor([0, 4, 2, 2, 1, 3, 3, 0], [2, 4], 'int32');
    const run = trainer(compose(generator), { seed: 1 });
    await readMetrics(run.step({ x }));
    const next = continueAs(run, compose(frozen(generator)));
    const [before, moved] = [await valuesOf(generator), await valuesOf(encoder)];
    const { 'autoencoder/loss': loss } = await readMetrics(next.step({ x }));
    expect(Number.isFinite(loss)).toBe(true);
    expect(await valuesOf(generator)).toEqual(before);
    expect(await valuesOf(encoder)).not.toEqual(moved);
    disposeAll(next);
    generator.dispose();
    x.dispose();
  });

  it('begins anew where the method is another', async () => {
    const { encoder, decoder } = parts();
    const run = trainer(vae({ encoder, decoder, prior, likelihood, optimizer: adam() }), { seed: 1 });
    await go(run, 2);
    const optimizer = sgd({ learningRate: 1e-3, momentum: 0.9 });
    const next = continueAs(run, vae({ encoder, decoder, prior, likelihood, optimizer }));
    expect(optimizer.state()).toEqual({ slots: {}, counters: { updates: 0 } });
    await go(next, 1);
    disposeAll(next);
  });
});

describe('continueAs', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('leaves the run as it was when the game cannot be played, or it is lent out', async () => {
    const { encoder, decoder } = parts();
    const run = trainer(vae({ encoder, decoder, prior, likelihood }), { seed: 1, averageDecay: 0.9 });
    await go(run, 1);
    await expectNoLeak(async () => {
      await expectError(() => continueAs(run, { input: plane, players: [] }), 'GM_OPTION', 'one player');
      await run.withAverages(() =>
        expectError(() => continueAs(run, vae({ encoder, decoder, prior, likelihood })), 'GM_BUSY', 'withAverages()'),
      );
    });
    await go(run, 1);
    expect(run.steps).toBe(2);
    const next = continueAs(run, vae({ encoder, decoder, prior, likelihood }));
    await expectNoLeak(() =>
      expectError(
        () => continueAs(run, vae({ encoder, decoder, prior, likelihood })),
        'GM_DISPOSED',
        'continueAs() gave',
      ),
    );
    disposeAll(next);
  });
});
