import { checkNumber, gmError, type Prior } from '@gm/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import { componentPrior } from './componentPrior.js';
import { correlatedPrior } from './correlatedPrior.js';
import type { Matrix } from './triangular.js';

/** Gaussians, and how much each weighs. How they spread is said by `scales` or by `factors`. */
export interface MixtureComponents {
  /** One for each component, of as many numbers as z has. */
  readonly means: Matrix;
  /** Standard deviations along the axes of z, > 0, of the same shape as `means`; or one for all. */
  readonly scales?: Matrix | number;
  /** Lₖ of covariances Σₖ = Lₖ Lₖᵀ, for Gaussians that lie askew: lower triangular, one for each component, with a diagonal above 0. */
  readonly factors?: readonly Matrix[];
  /** > 0, in any unit. Default equal ones. */
  readonly weights?: readonly number[];
}

/**
 * A mixture of Gaussians as a prior: codes that gather in several places.
 *
 *   p(z) = Σₖ πₖ N(z; μₖ, Σₖ),   Σₖ = diag σₖ²  or  Lₖ Lₖᵀ
 *
 * Its divergence from a posterior has no closed form: recipes estimate it from a draw.
 *
 * @returns a prior; log-probabilities in nats, [batch]
 * @throws GM_OPTION when there is no component, their sizes differ, a number is not finite, a scale, weight or diagonal is not above 0, or
 *   not one of `scales` and `factors` is given; GM_SHAPE for codes of another size; GM_RANDOM from sample without a stream
 * @see Makhzani et al. (2016), Adversarial autoencoders, section 2.3, whose codes follow one, arXiv:1511.05644
 * @example gaussianMixture({ means: [[-2, 0], [2, 0]], scales: 0.5 }).sample(64, seeded(1))  // [64, 2]
 */
export function gaussianMixture(components: MixtureComponents): Prior {
  const { means, weights = means.map(() => 1), scales, factors } = components;
  checkNumber('gaussianMixture', 'the number of components', means.length, { min: 1, integer: true });
  checkNumber('gaussianMixture', 'the size of a mean', means[0]!.length, { min: 1, integer: true });
  for (const value of means.flat()) checkNumber('gaussianMixture', 'each mean', value);
  for (const value of weights) checkNumber('gaussianMixture', 'each weight', value, { min: 0, exclusive: true });
  if ((scales === undefined) === (factors === undefined)) throw oneOfTwo(scales === undefined);
  return factors ? askew({ means, weights, factors }) : upright({ means, weights, scales: scales! });
}

/** With axes along those of z. */
function upright({ means, weights, scales }: { means: Matrix; weights: readonly number[]; scales: Matrix | number }) {
  const all = typeof scales === 'number' ? means.map((mean) => mean.map(() => scales)) : scales;
  checkTogether({ means, weights, spreads: all, rows: all });
  for (const value of all.flat()) checkNumber('gaussianMixture', 'each scale', value, { min: 0, exclusive: true });
  const [count, size] = [means.length, means[0]!.length];
  const table = (rows: Matrix) => tensor2d(rows.flat(), [count, size]);
  return componentPrior('gaussianMixture', size, () => ({
    mean: table(means),
    logVariance: table(all.map((row) => row.map((scale) => 2 * Math.log(scale)))),
    logits: tensor2d(weights.map(Math.log), [1, count]),
  }));
}

/** With axes of their own. */
function askew({ means, weights, factors }: { means: Matrix; weights: readonly number[]; factors: readonly Matrix[] }) {
  checkTogether({
    means,
    weights,
    spreads: factors,
    rows: factors.flatMap((factor) => [factor, ...factor]),
  });
  for (const value of factors.flat(2)) checkNumber('gaussianMixture', 'each number of a factor', value);
  const size = means[0]!.length;
  for (const factor of factors)
    for (const [i, row] of factor.entries()) {
      checkNumber('gaussianMixture', 'the diagonal of a factor', row[i]!, { min: 0, exclusive: true });
      for (const above of row.slice(i + 1, size))
        checkNumber('gaussianMixture', 'what stands above the diagonal of a factor', above, { min: 0, max: 0 });
    }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return correlatedPrior('gaussianMixture', { means, factors, weights: weights.map((weight) => weight / total) });
}

interface Together {
  readonly means: Matrix;
  readonly weights: readonly number[];
  readonly spreads: readonly unknown[];
  /** All that have to be as long as a mean. */
  readonly rows: readonly { readonly length: number }[];
}

function checkTogether({ means, weights, spreads, rows }: Together): void {
  const size = means[0]!.length;
  const sizes = [...means, ...rows].map(({ length }) => length);
  const counts = [spreads.length, weights.length];
  if (counts.every((count) => count === means.length) && sizes.every((other) => other === size)) return;
  throw gmError('GM_OPTION', {
    where: 'gaussianMixture',
    expected: 'a mean, a scale or factor and a weight for each component, all of one size',
    received: `${means.length} means, ${counts[0]} scales or factors and ${counts[1]} weights, of sizes ${[...new Set(sizes)].join(', ')}`,
    remedy: 'Give as many of each, or one scale for all.',
  });
}

function oneOfTwo(none: boolean) {
  return gmError('GM_OPTION', {
    where: 'gaussianMixture',
    expected: 'scales or factors',
    received: none ? 'neither' : 'both',
    remedy: 'Give scales for axes along those of z, factors for any others.',
  });
}
