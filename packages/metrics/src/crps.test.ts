import { useBackend } from '@gm/backends';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { ones, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { gaussianCrps, quantileCrps, sampleCrps } from './crps.js';
import { evaluate } from './evaluate.js';

/** ∫ (F(x) − 1[y ≤ x])² dx of a Gaussian, by the trapezium rule in float64. */
function integrated(y: number, mean: number, scale: number): number {
  const step = scale / 2000;
  let [total, below] = [0, 0];
  for (let x = mean - 9 * scale; x < mean + 9 * scale; x += step) {
    below += (step / scale) * Math.exp(-0.5 * ((x - mean) / scale) ** 2) * (1 / Math.sqrt(2 * Math.PI));
    total += step * (below - (y <= x ? 1 : 0)) ** 2;
  }
  return total;
}

describe.each(['cpu', 'wasm'] as const)('CRPS on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('of a Gaussian is its integral', async () => {
    const cases: readonly [number, number, number][] = [
      [0, 0, 1],
      [1.3, 0.2, 0.5],
      [-4, 2, 3],
      [0.1, 0, 2],
    ];
    const [y, mean, scale] = [0, 1, 2].map((place) => tensor1d(cases.map((one) => one[place]!)));
    const scores = await gaussianCrps(y!, mean!, scale!).data();
    for (const [index, one] of cases.entries()) expect(scores[index]).toBeCloseTo(integrated(...one), 3);
    await expectNoLeak(() => gaussianCrps(y!, mean!, scale!));
  });

  it('of samples is the absolute error for a single one, less what they differ', async () => {
    await expectClose(sampleCrps(tensor1d([2]), tensor([5], [1, 1])), [3]);
    // E|X − 2| = (2 + 0 + 1) / 3, E|X − X′| = 2 (2 + 3 + 1) / 9
    await expectClose(sampleCrps(tensor1d([2]), tensor([0, 2, 3], [3, 1])), [1 - 6 / 9]);
  });

  it('of many quantiles nears that of the distribution', async () => {
    const levels = Array.from({ length: 199 }, (_, index) => (index + 1) / 200);
    const quantiles = levels; // of the uniform distribution on [0, 1], whose CRPS at y is y² − y + 1/3 … by integration
    const score = (await quantileCrps(tensor1d([0.25]), tensor([quantiles]), levels).data())[0]!;
    expect(score).toBeCloseTo(0.25 ** 3 / 3 + 0.75 ** 3 / 3, 2);
  });

  it('of a Gaussian without a spread is no number, which is refused where it is read', async () => {
    const scores = gaussianCrps(tensor1d([1, 1, 1]), zeros([3]), tensor1d([1, 0, -2]));
    expect(Array.from(await scores.data(), Number.isNaN)).toEqual([false, true, true]);
    const crps = () =>
      evaluate([{ x: ones([3]) }], ({ x }) => ({ crps: gaussianCrps(x, zeros([3]), tensor1d([1, 2, -2])) }));
    await expectError(crps, 'GM_NOT_FINITE', 'crps', 'example 2', 'a scale that is not above 0');
  });

  it('refuses levels that are none, or do not rise', async () => {
    const of = (...levels: number[]) => quantileCrps(zeros([2]), zeros([2, levels.length]), levels);
    for (const wrong of [0, 1, -0.1, 1.5, Number.NaN])
      await expectError(() => of(0.5, wrong), 'GM_OPTION', 'each level to be a finite number above 0 and below 1');
    await expectError(() => of(0.9, 0.1), 'GM_OPTION', 'each above the one before it', '[0.9, 0.1]');
    await expectError(() => of(0.5, 0.5), 'GM_OPTION', 'Sort them');
  });

  it('refuses shapes that do not go together', async () => {
    await expectError(() => gaussianCrps(zeros([2]), zeros([2]), zeros([3])), 'GM_SHAPE', 'scale [3]');
    await expectError(() => sampleCrps(zeros([2]), zeros([4, 3])), 'GM_SHAPE', '[count, 2]', '[4, 3]');
    await expectError(() => quantileCrps(zeros([2]), zeros([2, 3]), [0.5]), 'GM_SHAPE', '[2, 1]', '[2, 3]');
  });
});
