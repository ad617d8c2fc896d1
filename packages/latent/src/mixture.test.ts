import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { expectClose, expectError, expectGradient, testPrior } from '@gm/core/testing';
import { sum, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { fitGaussianMixture } from './fitMixture.js';
import { gaussianMixture, type MixtureComponents } from './mixture.js';

const components: MixtureComponents = {
  means: [
    [-2, 0],
    [1, 3],
  ],
  scales: [
    [0.5, 1],
    [1, 0.25],
  ],
  weights: [1, 3],
};

/** log Σₖ πₖ N(z; μₖ, σₖ²) in float64. */
const logProb = (z: ArrayLike<number>, row: number) => {
  const { means, scales, weights } = components as { means: number[][]; scales: number[][]; weights: number[] };
  const terms = means.map((mean, k) =>
    mean.reduce((product, mu, i) => {
      const scale = scales[k]![i]!;
      return (product * Math.exp(-0.5 * ((z[2 * row + i]! - mu) / scale) ** 2)) / (scale * Math.sqrt(2 * Math.PI));
    }, weights[k]! / 4),
  );
  return Math.log(terms.reduce((total, term) => total + term));
};

describe.each(['cpu', 'wasm'] as const)('a mixture of Gaussians on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testPrior({ describe, it }, 'gaussianMixture', () => gaussianMixture(components));
  testPrior({ describe, it }, 'gaussianMixture of one', () => gaussianMixture({ means: [[1, 2, 3]], scales: 0.5 }));

  testPrior({ describe, it }, 'gaussianMixture askew', () =>
    gaussianMixture({
      means: [
        [-2, 0],
        [1, 3],
      ],
      factors: [
        [
          [0.5, 0],
          [-0.4, 1],
        ],
        [
          [1, 0],
          [0.6, 0.25],
        ],
      ],
      weights: [1, 3],
    }),
  );

  it('has the density of its formula, and its gradient', async () => {
    const points = [0, 0, -2, 0, 1, 3, 0.5, 2, -1, -1];
    const prior = gaussianMixture(components);
    await expectClose(
      prior.logProb(tensor2d(points, [5, 2])),
      [0, 1, 2, 3, 4].map((row) => logProb(points, row)),
    );
    await expectGradient({
      f: (z) => sum(prior.logProb(z!)),
      reference: (z) => [0, 1].reduce((total, row) => total + logProb(z, row), 0),
      inputs: [{ shape: [2, 2], values: [0, 1, -1.5, 0.5] }],
    });
  });

  it('draws each component as often as it weighs, with its mean and scale', async () => {
    const count = 20_000;
    const z = (await gaussianMixture(components).sample(count, seeded(5)).data()) as Float32Array;
    // The two lie 3 apart, 3 and 6 scales: which one a draw is of is plain from the nearer mean of the second number.
    const second = Array.from({ length: count }, (_, row) => row).filter((row) => logOdds(z, row) > 0);
    expect(Math.abs(second.length / count - 0.75)).toBeLessThan(0.015);
    const mean = second.reduce((total, row) => total + z[2 * row + 1]!, 0) / second.length;
    const variance = second.reduce((total, row) => total + (z[2 * row + 1]! - mean) ** 2, 0) / second.length;
    expect(Math.abs(mean - 3)).toBeLessThan(0.01);
    expect(Math.abs(variance - 0.0625)).toBeLessThan(0.005);
  });
});

/** Of the second component against the first. */
function logOdds(z: Float32Array, row: number): number {
  const [x, y] = [z[2 * row]!, z[2 * row + 1]!];
  const first = -0.5 * (((x + 2) / 0.5) ** 2 + y ** 2) - Math.log(0.5);
  const second = -0.5 * ((x - 1) ** 2 + ((y - 3) / 0.25) ** 2) - Math.log(0.25);
  return second - first;
}

describe('a fitted mixture', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const values = Float32Array.from({ length: 120 }, (_, at) => {
    const i = at >> 1;
    return at % 2 === 0 ? 0.3 * Math.sin(i) + (i < 20 ? -2 : 2) : 0.5 * Math.cos(1.3 * i) + (i < 20 ? 0 : 1);
  });
  const options = { components: 2, random: seeded(1) };

  it('is that of scikit-learn', async () => {
    // GaussianMixture(2, covariance_type='diag', reg_covar=1e-6, tol=1e-10).fit(x).score(x), scikit-learn 1.9.1
    const fitted = fitGaussianMixture({ values, size: 2 }, options);
    expect(fitted.meanLogProb).toBeCloseTo(-0.8805937630387318, 5);
    const ofAll = (await fitted.logProb(tensor2d(values, [60, 2])).data()) as Float32Array;
    expect(ofAll.reduce((total, value) => total + value, 0) / 60).toBeCloseTo(fitted.meanLogProb, 4);
  });

  it('is that of scikit-learn with covariances too', async () => {
    const askew = values.map((value, at) => (at % 2 === 0 ? value : value + 0.9 * Math.sin(at >> 1)));
    const fit = (covariance: 'diagonal' | 'full') =>
      fitGaussianMixture({ values: askew, size: 2 }, { ...options, covariance, iterations: 500 });
    // GaussianMixture(2, covariance_type=…, reg_covar=1e-6, tol=1e-10).fit(x).score(x), scikit-learn 1.9.1
    expect(fit('diagonal').meanLogProb).toBeCloseTo(-1.589190816223846, 5);
    const fitted = fit('full');
    expect(fitted.meanLogProb).toBeCloseTo(-0.8803010651705843, 5);
    const ofAll = (await fitted.logProb(tensor2d(askew, [60, 2])).data()) as Float32Array;
    expect(ofAll.reduce((total, value) => total + value, 0) / 60).toBeCloseTo(fitted.meanLogProb, 4);
  });

  it('stands codes that lie in a plane', () => {
    const flat = values.map((value, at) => (at % 2 === 0 ? value : 3 * values[at - 1]!));
    const { meanLogProb } = fitGaussianMixture(
      { values: flat, size: 2 },
      { ...options, covariance: 'full', floor: 1e-20 },
    );
    expect(meanLogProb).toBeGreaterThan(5);
    expect(Number.isFinite(meanLogProb)).toBe(true);
  });

  it('is the same for one stream, and no worse with more components', () => {
    const likelihood = (components: number) =>
      fitGaussianMixture({ values, size: 2 }, { ...options, components }).meanLogProb;
    expect(likelihood(2)).toBe(likelihood(2));
    expect(likelihood(1)).toBeLessThan(likelihood(2));
    expect(likelihood(6)).toBeGreaterThan(likelihood(2));
  });

  it('refuses what cannot be fitted', async () => {
    const fit = (more: object) => fitGaussianMixture({ values, size: 2 }, { ...options, ...more });
    for (const name of ['components', 'iterations', 'floor']) {
      await expectError(() => fit({ [name]: 0 }), 'GM_OPTION', name);
    }
    await expectError(() => fit({ covariance: 'tied' }), 'GM_OPTION', 'covariance to be one of diagonal, full');
    await expectError(() => fit({ components: 61 }), 'GM_SHAPE', 'fewer components');
    const broken = { values: Float32Array.of(1, Number.NaN), size: 1 };
    await expectError(() => fitGaussianMixture(broken, { ...options, components: 1 }), 'GM_NOT_FINITE', 'NaN at 1');
  });
});

describe('a mixture', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('can lie askew', async () => {
    const [means, factors] = [
      [[1, -1]],
      [
        [
          [2, 0],
          [1.5, 0.5],
        ],
      ],
    ]; // covariance [[4, 3], [3, 2.5]], determinant 1
    const prior = gaussianMixture({ means, factors });
    // d = (1, 2): dᵀ Σ⁻¹ d = 2.5 · 1 − 2 · 3 · 2 + 4 · 4 = 6.5
    await expectClose(prior.logProb(tensor2d([2, 1], [1, 2])), [-0.5 * 6.5 - Math.log(2 * Math.PI)], 1e-5);
    const z = (await prior.sample(20_000, seeded(3)).data()) as Float32Array;
    const moment = (a: number, b: number) => {
      let total = 0;
      for (let at = 0; at < z.length; at += 2) total += (z[at + a]! - means[0]![a]!) * (z[at + b]! - means[0]![b]!);
      return (2 * total) / z.length;
    };
    expect(Math.abs(moment(0, 0) - 4)).toBeLessThan(0.15);
    expect(Math.abs(moment(0, 1) - 3)).toBeLessThan(0.12);
    expect(Math.abs(moment(1, 1) - 2.5)).toBeLessThan(0.1);
  });

  it('with factors of its own axes is the one of scales', async () => {
    const [means, weights] = [
      [
        [-2, 0],
        [1, 3],
      ],
      [1, 3],
    ];
    const upright = gaussianMixture({
      means,
      weights,
      scales: [
        [0.5, 1],
        [1, 0.25],
      ],
    });
    const askew = gaussianMixture({
      means,
      weights,
      factors: [
        [
          [0.5, 0],
          [0, 1],
        ],
        [
          [1, 0],
          [0, 0.25],
        ],
      ],
    });
    const z = tensor2d([-2.2, 0.3, 1.1, 2.9, 0, 0], [3, 2]);
    await expectClose(askew.logProb(z), await upright.logProb(z).data(), 1e-5);
    const near = async (prior: typeof askew) => {
      const drawn = (await prior.sample(4000, seeded(5)).data()) as Float32Array;
      return drawn.filter((value, at) => at % 2 === 1 && value > 1.5).length / 4000;
    };
    expect(Math.abs((await near(askew)) - (await near(upright)))).toBeLessThan(0.04);
  });

  it('refuses factors that are none', async () => {
    const make = (factors: number[][][]) => () => gaussianMixture({ means: [[0, 0]], factors });
    await expectError(
      make([
        [
          [1, 0.5],
          [0, 1],
        ],
      ]),
      'GM_OPTION',
      'above the diagonal',
    );
    await expectError(
      make([
        [
          [1, 0],
          [1, 0],
        ],
      ]),
      'GM_OPTION',
      'diagonal of a factor',
    );
    await expectError(make([[[1, 0]]]), 'GM_OPTION', 'of sizes 2, 1');
    await expectError(make([]), 'GM_OPTION', '0 scales or factors');
    await expectError(() => gaussianMixture({ means: [[0]] }), 'GM_OPTION', 'received neither');
    await expectError(
      () => gaussianMixture({ means: [[0]], scales: 1, factors: [[[1]]] }),
      'GM_OPTION',
      'received both',
    );
  });

  it('refuses components that are none, or do not go together', async () => {
    await expectError(() => gaussianMixture({ means: [], scales: 1 }), 'GM_OPTION', 'number of components');
    await expectError(() => gaussianMixture({ means: [[]], scales: 1 }), 'GM_OPTION', 'size of a mean');
    await expectError(() => gaussianMixture({ means: [[1], [1, 2]], scales: 1 }), 'GM_OPTION', 'sizes 1, 2');
    await expectError(() => gaussianMixture({ means: [[1]], scales: [[1], [1]] }), 'GM_OPTION', '1 means, 2 scales');
    await expectError(() => gaussianMixture({ means: [[1]], scales: 0 }), 'GM_OPTION', 'scale');
    await expectError(() => gaussianMixture({ means: [[1]], scales: 1, weights: [-1] }), 'GM_OPTION', 'weight');
    await expectError(() => gaussianMixture({ means: [[Number.NaN]], scales: 1 }), 'GM_OPTION', 'mean');
    await expectError(() => gaussianMixture({ means: [[1]], scales: 1 }).logProb(zeros([2, 3])), 'GM_SHAPE');
    await expectError(() => gaussianMixture({ means: [[1]], scales: 1 }).sample(0, seeded(1)), 'GM_OPTION', 'count');
  });
});
