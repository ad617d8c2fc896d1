import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, testPrior } from '@gm/core/testing';
import { tanh } from '@gm/networks';
import { dispose, mean, tensor2d, variableGrads } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { gaussianMixture } from './mixture.js';
import { mlpEncoder } from './mlpEncoder.js';
import { trainedMixture } from './trainedMixture.js';
import { vampPrior } from './vampPrior.js';

const encoderOf = (random = seeded(1)) =>
  mlpEncoder({ input: spec([3], [0, 1]), hidden: [4], latent: 2, activation: tanh, random });

describe.each(['cpu', 'wasm'] as const)('priors that are trained, on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testPrior({ describe, it }, 'trainedMixture', (random) => {
    const prior = trainedMixture({ latent: 2, components: 3, random });
    return { ...prior, dispose: prior.network.dispose };
  });
  testPrior({ describe, it }, 'vampPrior', (random) => {
    const encoder = encoderOf(random);
    const prior = vampPrior({ encoder, components: 4, random });
    return {
      ...prior,
      dispose() {
        prior.network.dispose();
        encoder.dispose();
      },
    };
  });

  it('trainedMixture is the mixture of its rows', async () => {
    const prior = trainedMixture({ latent: 2, components: 2, random: seeded(1) });
    const rows = [
      [1, -2, Math.log(0.25), 0, 0.5],
      [0, 3, Math.log(4), Math.log(9), -1],
    ];
    prior.network.parameters.kernel!.assign(tensor2d(rows));
    const same = gaussianMixture({
      means: rows.map((row) => row.slice(0, 2)),
      scales: rows.map((row) => row.slice(2, 4).map((logVariance) => Math.exp(logVariance / 2))),
      weights: rows.map((row) => Math.exp(row[4]!)),
    });
    const z = tensor2d([
      [1, -2],
      [0.5, 1],
      [-3, 8],
    ]);
    await expectClose(prior.logProb(z), same.logProb(z));
    const drawn = await mean(prior.sample(50_000, seeded(2)), 0).data();
    const [first, second] = [Math.exp(0.5), Math.exp(-1)].map((w) => w / (Math.exp(0.5) + Math.exp(-1)));
    // Five standard errors: at most √13 / √50,000 each.
    expect(Math.abs(drawn[0]! - first!)).toBeLessThan(0.06);
    expect(Math.abs(drawn[1]! - (-2 * first! + 3 * second!))).toBeLessThan(0.09);
  });

  it('vampPrior is the mean of the posteriors of its pseudo-inputs', async () => {
    const encoder = encoderOf();
    const prior = vampPrior({ encoder, components: 3, random: seeded(2) });
    const inputs = prior.network.apply(
      tensor2d([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    );
    const { mean: centres, logVariance } = encoder.encode(inputs);
    const [mu, spread] = [await centres.array(), await logVariance.array()] as number[][][];
    const same = gaussianMixture({ means: mu!, scales: spread!.map((row) => row.map((l) => Math.exp(l / 2))) });
    const z = seeded(3).normal([4, 2]);
    await expectClose(prior.logProb(z), same.logProb(z));
  });

  it('lets gradients to what it is made of', async () => {
    const encoder = encoderOf();
    for (const prior of [
      vampPrior({ encoder, components: 3, random: seeded(2) }),
      trainedMixture({ latent: 2, components: 3, random: seeded(2) }),
    ]) {
      const z = seeded(3).normal([4, 2]);
      const { grads, value } = variableGrads(
        () => mean(prior.logProb(z)) as never,
        Object.values(prior.network.parameters),
      );
      const [gradient] = Object.values(grads);
      expect((await gradient!.data()).every((slope) => slope !== 0)).toBe(true);
      dispose([value, grads as never]);
    }
  });
});

describe('priors that are trained', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuse sizes and encoders that do not fit, before they make anything', async () => {
    const random = seeded(1);
    const encoder = encoderOf();
    const told = mlpEncoder({ input: spec([3]), hidden: [], latent: 2, classes: 2, random });
    await expectNoLeak(async () => {
      await expectError(() => trainedMixture({ latent: 2, components: 0, random }), 'GM_OPTION', 'components');
      await expectError(() => trainedMixture({ latent: 0, components: 2, random }), 'GM_OPTION', 'latent');
      await expectError(() => vampPrior({ encoder, components: 0, random }), 'GM_OPTION', 'components');
      await expectError(() => vampPrior({ encoder: told, components: 2, random }), 'GM_FIT', 'trainedMixture()');
    });
  });
});
