import { fc } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { type Posterior, type Prior, seeded } from '@gm/core';
import { draw, expectClose, expectError, expectNoLeak, testLoss } from '@gm/core/testing';
import { fill, sum, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { kl, total } from '../test/reference.js';
import { gaussianKl, gaussianKlBetween, gaussianKlPerDimension, monteCarloKl } from './divergence.js';
import { diagonalGaussianLogProb } from './reconstruction.js';

const numbers = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const gaussians = fc.array(fc.tuple(numbers(5), numbers(10)), { minLength: 1, maxLength: 4 });

const klToStandard = (mean: Float64Array, logVariance: Float64Array) =>
  total(mean, (value, at) => kl(value, logVariance[at]!));

const between = (qMean: Float64Array, qLog: Float64Array, pMean: Float64Array, pLog: Float64Array) =>
  total(qMean, (value, at) => kl(value, qLog[at]!, pMean[at]!, pLog[at]!));

describe.each(['cpu', 'wasm'] as const)('divergence on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss({ describe, it }, 'gaussianKl', gaussianKl, {
    inputs: [draw([3, 4]), draw([3, 4], { seed: 1 })],
    reference: klToStandard as never,
  });
  testLoss({ describe, it }, 'gaussianKl with log variances of ±20', gaussianKl, {
    inputs: [draw([4, 2]), { shape: [4, 2], values: [20, -20, 0, -20, -20, -20, 20, 20] }],
    reference: klToStandard as never,
    second: false,
  });
  testLoss({ describe, it }, 'gaussianKl of codes with two axes', gaussianKl, {
    inputs: [draw([3, 2, 2]), draw([3, 2, 2], { seed: 1 })],
    reference: klToStandard as never,
  });

  const joined = (...[qMean, qLog, pMean, pLog]: Parameters<typeof diagonalGaussianLogProb>[0][]) =>
    gaussianKlBetween({ mean: qMean!, logVariance: qLog! }, { mean: pMean!, logVariance: pLog! });
  testLoss({ describe, it }, 'gaussianKlBetween', joined, {
    inputs: [0, 1, 2, 3].map((seed) => draw([3, 4], { seed })),
    reference: between as never,
  });

  it('knows three divergences in closed form', async () => {
    await expectClose(gaussianKl(zeros([2, 8]), zeros([2, 8])), [0, 0]);
    await expectClose(gaussianKl(fill([1, 1], 1), zeros([1, 1])), [0.5]);
    await expectClose(gaussianKl(zeros([1, 1]), fill([1, 1], Math.log(4))), [1.5 - Math.LN2]);
    // KL(N(0, 1) ‖ N(1, 2²)) = log 2 + (1 + 1) / 8 − ½
    const wide = { mean: fill([1, 1], 1), logVariance: fill([1, 1], Math.log(4)) };
    await expectClose(gaussianKlBetween({ mean: zeros([1, 1]), logVariance: zeros([1, 1]) }, wide), [Math.LN2 - 0.25]);
  });

  it('is zero exactly where the two are equal, and above zero elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(gaussians, async (q) => {
        const [mean, logVariance] = [tensor2d([q.map(([value]) => value)]), tensor2d([q.map(([, value]) => value)])];
        const [value] = await gaussianKl(mean, logVariance).data();
        const apart = q.some(([m, v]) => Math.abs(m) > 0.01 || Math.abs(v) > 0.01);
        expect(value).toBeGreaterThanOrEqual(-1e-6);
        if (apart) expect(value).toBeGreaterThan(1e-5);
        const same = gaussianKlBetween({ mean, logVariance }, { mean, logVariance });
        expect((await same.data())[0]).toBe(0);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('to the standard normal is the divergence between any two, when the second is that', async () => {
    const q = { mean: tensor2d([[1, -2]]), logVariance: tensor2d([[0.5, -3]]) };
    const standard = { mean: zeros([1, 2]), logVariance: zeros([1, 2]) };
    await expectClose(gaussianKlBetween(q, standard), gaussianKl(q.mean, q.logVariance));
    await expectClose(sum(gaussianKlPerDimension(q.mean, q.logVariance), -1), gaussianKl(q.mean, q.logVariance));
    await expectNoLeak(() => gaussianKlPerDimension(q.mean, q.logVariance));
  });

  it('estimated from draws agrees with the closed form', async () => {
    const rows = 20_000;
    const [m, v] = [0.7, -1];
    const [mean, logVariance, zero] = [fill([rows, 1], m), fill([rows, 1], v), zeros([rows, 1])];
    const posterior = { logProb: (z) => diagonalGaussianLogProb(z, mean, logVariance) } as Posterior;
    const prior = { logProb: (z) => diagonalGaussianLogProb(z, zero, zero) } as Prior;
    const draws = seeded(1).normals(rows);
    const z = tensor2d(
      draws.map((e) => m + Math.exp(v / 2) * e),
      [rows, 1],
    );
    const estimates = Array.from(await monteCarloKl(posterior, prior, z).data());
    const average = estimates.reduce((a, b) => a + b) / rows;
    const deviation = Math.sqrt(estimates.reduce((a, b) => a + (b - average) ** 2, 0) / rows);
    expect(Math.abs(average - kl(m, v))).toBeLessThan((4 * deviation) / Math.sqrt(rows));
    await expectNoLeak(() => monteCarloKl(posterior, prior, z));
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are refused with both shapes and the remedy', async () => {
    const [a, b] = [zeros([2, 3]), zeros([2, 4])];
    const received = 'mean [2, 3] and logVariance [2, 4]. Split the encoder output with splitGaussian().';
    await expectError(() => gaussianKl(a, b), 'GM_SHAPE', 'gaussianKl', received);
    await expectError(() => gaussianKlPerDimension(a, b), 'GM_SHAPE', 'gaussianKlPerDimension', received);
    const [q, p] = [
      { mean: a, logVariance: a },
      { mean: b, logVariance: b },
    ];
    await expectError(() => gaussianKlBetween(q, p), 'GM_SHAPE', 'q.mean [2, 3]', 'p.logVariance [2, 4]');
  });

  it('include log-probabilities that are not one per example', async () => {
    const posterior = { logProb: () => zeros([2]) } as unknown as Posterior;
    const prior = { logProb: () => zeros([3]) } as unknown as Prior;
    const z = zeros([2, 1]);
    await expectNoLeak(() =>
      expectError(() => monteCarloKl(posterior, prior, z), 'GM_SHAPE', 'posterior [2] and prior [3]'),
    );
  });
});
