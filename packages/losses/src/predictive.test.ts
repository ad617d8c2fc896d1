import { useBackend } from '@gm/backends';
import { draw, expectClose, expectError, expectGradient, expectNoLeak, testLoss } from '@gm/core/testing';
import { sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { total } from '../test/reference.js';
import { gaussianHead, quantileHead } from './predictive.js';
import { probit } from './probit.js';

const softplus = (x: number) => Math.log1p(Math.exp(x));
const levels = [0.1, 0.5, 0.8];

describe.each(['cpu', 'wasm'] as const)('heads on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss({ describe, it }, 'gaussianHead', (targets, predicted) => gaussianHead().loss(targets!, predicted!), {
    inputs: [draw([4, 3]), draw([4, 3, 2], { seed: 1 })],
    reference: (targets, predicted) =>
      total(targets!, (y, at) => {
        const [mean, logVariance] = [predicted![2 * at]!, predicted![2 * at + 1]!];
        return 0.5 * ((y - mean) ** 2 / Math.exp(logVariance) + logVariance + Math.log(2 * Math.PI));
      }),
  });

  testLoss({ describe, it }, 'quantileHead', (y, raw) => quantileHead({ levels }).loss(y!, raw!), {
    inputs: [draw([4, 2]), draw([4, 2, 3], { seed: 1 })],
    reference: (targets, raw) =>
      total(targets!, (y, at) => {
        let quantile = 0;
        return levels.reduce((loss, p, j) => {
          quantile = j === 0 ? raw![3 * at]! : quantile + softplus(raw![3 * at + j]!);
          return loss + (2 / 3) * Math.max(p * (y - quantile), (p - 1) * (y - quantile));
        }, 0);
      }),
  });

  it('a Gaussian has its quantiles where tables have them', async () => {
    const predicted = tensor2d([[10, Math.log(4)]]);
    await expectClose(gaussianHead().quantiles(predicted, [0.025, 0.5, 0.975]), [
      10 - 2 * 1.959964,
      10,
      10 + 2 * 1.959964,
    ]);
  });

  it('quantiles never cross, and are interpolated between the levels', async () => {
    const head = quantileHead({ levels });
    const raw = tensor2d([[1, -3, 2]]);
    const [first, second, third] = [1, 1 + softplus(-3), 1 + softplus(-3) + softplus(2)];
    await expectClose(head.quantiles(raw, levels), [first, second, third]);
    await expectClose(head.quantiles(raw, [0.3, 0.65]), [(first + second) / 2, (second + third) / 2]);
    const many = await head.quantiles(zeros([50, 3]), levels).data();
    for (let row = 0; row < 50; row++) expect(many[3 * row + 1]).toBeGreaterThan(many[3 * row]!);
  });

  it('have gradients', async () => {
    const targets = tensor1d([0.3, -0.2]);
    const f = (raw: typeof targets | undefined) => sum(gaussianHead().loss(targets, raw!));
    const reference = (x: Float64Array) =>
      [0.3, -0.2].reduce((loss, y, at) => {
        const [mean, logVariance] = [x[2 * at]!, x[2 * at + 1]!];
        return loss + 0.5 * ((y - mean) ** 2 / Math.exp(logVariance) + logVariance + Math.log(2 * Math.PI));
      }, 0);
    await expectGradient({ f: f as never, reference, inputs: [draw([2, 2])] });
    const raw = zeros([2, 2]);
    await expectNoLeak(() => gaussianHead().quantiles(raw, [0.1, 0.9]));
    await expectNoLeak(() => quantileHead({ levels: [0.1, 0.9] }).quantiles(raw, [0.1, 0.5]));
  });
});

describe('heads', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuse shapes that do not go together', async () => {
    await expectError(() => gaussianHead().loss(zeros([2, 3]), zeros([2, 3])), 'GM_SHAPE', '[2, 3, 2]', '[2, 3]');
    await expectError(() => quantileHead({ levels }).loss(zeros([2]), zeros([2, 2])), 'GM_SHAPE', '[2, 3]', '[2, 2]');
    await expectError(() => gaussianHead().quantiles(zeros([2, 3]), [0.5]), 'GM_SHAPE');
  });

  it('refuse levels that are none, do not rise, or lie beyond those that were learned', async () => {
    for (const wrong of [[0], [1], [-1], [Number.NaN]])
      await expectError(() => quantileHead({ levels: wrong }), 'GM_OPTION');
    for (const wrong of [[], [0.5, 0.5], [0.6, 0.4]]) {
      await expectError(() => quantileHead({ levels: wrong }), 'GM_OPTION', 'each above the one before it');
    }
    await expectError(() => quantileHead({ levels }).quantiles(zeros([1, 3]), [0.05]), 'GM_OPTION', 'from 0.1 to 0.8');
    await expectError(() => gaussianHead().quantiles(zeros([1, 2]), [2]), 'GM_OPTION');
  });
});

describe('probit', () => {
  it('is that of tables', () => {
    // scipy 1.17.1, scipy.stats.norm.ppf
    const known = {
      0.5: 0,
      0.975: 1.959963984540054,
      0.9: 1.2815515655446004,
      0.01: -2.3263478740408408,
      1e-5: -4.264890793922825,
    };
    for (const [p, z] of Object.entries(known)) expect(probit(Number(p))).toBeCloseTo(z, 7);
  });
});
