import { useBackend } from '@gm/backends';
import { type Network, type Prior, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { mlpDiscriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { type GaussianEncoder, gaussianEncoder, mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood, hinge, nonSaturating } from '@gm/losses';
import { frozen } from '@gm/networks';
import { memory } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, trainFor } from '../test/parts.js';
import { adam, continueAs, encodeCheckpoint, type GameTrainer, gan, sgd, trainer, vae, vaeGan } from './index.js';

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
