import { useBackend } from '@gm/backends';
import { type Random, seeded } from '@gm/core';
import {
  draw,
  expectClose,
  expectError,
  expectGradient,
  expectNoLeak,
  expectSecondGradient,
  tensorOf,
  testLoss,
  testPrior,
} from '@gm/core/testing';
import { fill, grad, sub, sum, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { KOLMOGOROV_LIMIT, kolmogorov, moment, normalCumulative } from '../test/statistics.js';
import { gaussian } from './gaussian.js';
import { standardNormal, uniform } from './prior.js';

const count = 20_000;

describe.each(['cpu', 'wasm'] as const)('priors on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testPrior({ describe, it }, 'standardNormal', () => standardNormal(2));
  testPrior({ describe, it }, 'standardNormal of a shape', () => standardNormal([2, 1, 2]));
  testPrior({ describe, it }, 'uniform', () => uniform(2));
  testPrior({ describe, it }, 'uniform elsewhere', () => uniform([2], { low: 3, high: 3.5 }));

  it('standardNormal draws N(0, 1): distribution function and four moments', async () => {
    const values = await standardNormal(2)
      .sample(count / 2, seeded(11))
      .data();
    expect(kolmogorov(values, normalCumulative)).toBeLessThan(KOLMOGOROV_LIMIT);
    // Four standard errors √(Var xᵏ / n): Var x = 1, Var x² = 2, Var x³ = 15, Var x⁴ = 96.
    for (const [k, mean, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(moment(values, k) - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
    }
  });

  it('uniform draws evenly between its bounds, and never outside', async () => {
    const values = await uniform(4, { low: -2, high: 0.1 })
      .sample(count / 4, seeded(12))
      .data();
    expect(kolmogorov(values, (x) => (x + 2) / 2.1)).toBeLessThan(KOLMOGOROV_LIMIT);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(0.1));
  });

  it('uniform gives each of its own draws a density, whatever float32 makes of the bounds', async () => {
    for (const [low, high] of [
      [0.1, 0.3],
      [-1e-3, 1e-3],
      [5, 5.000002],
      [-1, 1],
    ] as const) {
      const prior = uniform(1, { low, high });
      const logProbs = await prior.logProb(prior.sample(count, seeded(13))).data();
      expect(logProbs.every(Number.isFinite)).toBe(true);
    }
  });

  testLoss({ describe, it }, 'standardNormal().logProb', (z) => standardNormal(3).logProb(z!), {
    inputs: [draw([4, 3])],
    reference: (z) => z!.reduce((total, value) => total - 0.5 * (value ** 2 + Math.log(2 * Math.PI)), 0),
  });

  it('know their densities in closed form', async () => {
    await expectClose(standardNormal(1).logProb(tensor2d([[0], [1]])), [-0.9189385332046727, -1.4189385332046727]);
    await expectClose(uniform(3).logProb(zeros([1, 3])), [-3 * Math.LN2]);
    await expectClose(uniform(2, { low: 0, high: 0.5 }).logProb(fill([1, 2], 0.25)), [2 * Math.LN2]);
  });

  it('uniform says −Infinity outside, counts its bounds in, and has no number for NaN', async () => {
    const z = tensor2d([
      [1, -1],
      [1.001, 0],
      [0, -7],
      [Number.NaN, 0],
    ]);
    const [edge, ...rest] = await uniform(2).logProb(z).data();
    const nothing = rest.pop();
    await expectClose(edge!, -2 * Math.LN2);
    expect(rest).toEqual([-Infinity, -Infinity]);
    expect(nothing).not.toBeGreaterThan(-Infinity);
  });

  it('uniform has a flat density: its gradient is zero', async () => {
    await expectClose(grad((z) => sum(uniform(2).logProb(z)))(tensor2d([[0.3, -0.5]])), [0, 0]);
  });

  it('standardNormal knows its divergence in closed form, with gradients of both orders', async () => {
    const divergenceOf = (posterior: ReturnType<typeof gaussian>) => standardNormal(2).divergenceFrom!(posterior)!;
    const zero = zeros([1, 2]);
    await expectClose(divergenceOf(gaussian(zero, zero)), [0, 0]);
    await expectClose(divergenceOf(gaussian(tensor2d([[1, 0]]), tensor2d([[0, Math.log(4)]]))), [0.5, 1.5 - Math.LN2]);
    const inputs = [draw([3, 2]), draw([3, 2], { seed: 1 })];
    const f = (...[mean, logVariance]: Parameters<typeof gaussian>[0][]) =>
      sum(divergenceOf(gaussian(mean!, logVariance!)));
    const reference = (mean: Float64Array, logVariance: Float64Array) =>
      mean.reduce((total, m, at) => total + 0.5 * (m ** 2 + Math.exp(logVariance[at]!) - 1 - logVariance[at]!), 0);
    await expectGradient({ f, reference: reference as never, inputs });
    await expectSecondGradient({ f, inputs });
  });

  it('standardNormal: the mean of log q − log p over draws approaches that divergence as 1/√n', async () => {
    const prior = standardNormal(3);
    const [mean, logVariance] = [
      [0.5, -1, 2],
      [-1, 0.3, -2],
    ];
    const repeated = (row: number[]) =>
      tensorOf({ shape: [count, 3], values: Array.from({ length: count * 3 }, (_, at) => row[at % 3]!) });
    const q = gaussian(repeated(mean), repeated(logVariance));
    const z = q.sample(seeded(14));
    const gaps = Array.from(await sub(q.logProb(z), prior.logProb(z)).data());
    const average = gaps.reduce((a, b) => a + b) / count;
    const deviation = Math.sqrt(gaps.reduce((a, b) => a + (b - average) ** 2, 0) / count);
    const exact = mean.reduce(
      (total, m, at) => total + 0.5 * (m ** 2 + Math.exp(logVariance[at]!) - 1 - logVariance[at]!),
      0,
    );
    expect(Math.abs(average - exact)).toBeLessThan((4 * deviation) / Math.sqrt(count));
  });

  it('leave no tensor behind', async () => {
    const z = zeros([4, 2]);
    for (const prior of [standardNormal(2), uniform(2)]) {
      await expectNoLeak(() => prior.sample(4, seeded(1)));
      await expectNoLeak(() => prior.logProb(z));
      await expectNoLeak(() => prior.divergenceFrom?.(gaussian(z, z)));
    }
  });
});

describe('wrong arguments of priors', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const none = undefined as unknown as Random;

  it('are sizes and counts that are no positive whole numbers', async () => {
    await expectError(() => standardNormal(0), 'GM_OPTION', 'standardNormal: expected latent', 'received 0');
    await expectError(() => uniform([2, 1.5]), 'GM_OPTION', 'uniform: expected latent', '1.5');
    await expectError(() => standardNormal([]), 'GM_OPTION', 'received []', 'at least one size');
    await expectError(() => standardNormal(2).sample(0, seeded(1)), 'GM_OPTION', 'count', 'received 0');
  });

  it('are bounds in the wrong order, or nearer than float32 can tell', async () => {
    await expectError(() => uniform(2, { low: 1, high: -1 }), 'GM_OPTION', 'low to be below high', 'low 1 and high -1');
    await expectError(() => uniform(2, { low: 1, high: 1 + 1e-12 }), 'GM_OPTION', 'move them apart');
    await expectError(() => uniform(2, { high: Infinity }), 'GM_OPTION', 'high', 'Infinity');
  });

  it('are codes of another shape', async () => {
    const z = zeros([4, 3]);
    await expectNoLeak(async () => {
      await expectError(() => standardNormal(2).logProb(z), 'GM_SHAPE', 'z of shape [batch, 2]', '[4, 3]');
      await expectError(() => uniform(2).logProb(z), 'GM_SHAPE', 'uniform', '[4, 3]');
      await expectError(
        () => standardNormal(2).divergenceFrom!(gaussian(z, z)),
        'GM_SHAPE',
        'mean of shape [batch, 2]',
      );
      const broken = { ...gaussian(z, z), logVariance: zeros([4, 2]) };
      await expectError(() => standardNormal(3).divergenceFrom!(broken), 'GM_SHAPE', 'splitGaussian()');
      broken.logVariance.dispose();
    });
  });

  it('are draws without a stream', async () => {
    await expectError(() => standardNormal(2).sample(1, none), 'GM_RANDOM', 'standardNormal');
    await expectError(() => uniform(2).sample(1, none), 'GM_RANDOM', 'uniform');
  });
});
