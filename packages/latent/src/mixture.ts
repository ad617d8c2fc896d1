import { checkNumber, gmError, type Prior } from '@gm/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import { componentPrior } from './componentPrior.js';

/** Gaussians with axes along those of z, and how much each weighs. */
export interface MixtureComponents {
  /** One for each component, of as many numbers as z has. */
  readonly means: readonly (readonly number[])[];
  /** Standard deviations, > 0, of the same shape; or one for all. */
  readonly scales: readonly (readonly number[])[] | number;
  /** > 0, in any unit. Default equal ones. */
  readonly weights?: readonly number[];
}

/**
 * A mixture of Gaussians as a prior: codes that gather in several places.
 *
 *   p(z) = Σₖ πₖ N(z; μₖ, σₖ²)
 *
 * Its divergence from a posterior has no closed form: recipes estimate it from a draw.
 *
 * @returns a prior; log-probabilities in nats, [batch]
 * @throws GM_OPTION when there is no component, their sizes differ, a number is not finite, or a scale or weight not above 0; GM_SHAPE for codes
 *   of another size; GM_RANDOM from sample without a stream
 * @see Makhzani et al. (2016), Adversarial autoencoders, section 2.3, whose codes follow one, arXiv:1511.05644
 * @example gaussianMixture({ means: [[-2, 0], [2, 0]], scales: 0.5 }).sample(64, seeded(1))  // [64, 2]
 */
export function gaussianMixture(components: MixtureComponents): Prior {
  const { means, scales, weights } = checked(components);
  const [count, size] = [means.length, means[0]!.length];
  const table = (rows: readonly (readonly number[])[]) => tensor2d(rows.flat(), [count, size]);
  return componentPrior('gaussianMixture', size, () => ({
    mean: table(means),
    logVariance: table(scales.map((row) => row.map((scale) => 2 * Math.log(scale)))),
    logits: tensor2d(weights.map(Math.log), [1, count]),
  }));
}

function checked({ means, scales, weights = means.map(() => 1) }: MixtureComponents) {
  checkNumber('gaussianMixture', 'the number of components', means.length, { min: 1, integer: true });
  const size = checkNumber('gaussianMixture', 'the size of a mean', means[0]!.length, { min: 1, integer: true });
  const all = typeof scales === 'number' ? means.map((mean) => mean.map(() => scales)) : scales;
  const sizes = [means, all].flatMap((rows) => rows.map((row) => row.length));
  if (all.length !== means.length || weights.length !== means.length || sizes.some((other) => other !== size)) {
    throw gmError('GM_OPTION', {
      where: 'gaussianMixture',
      expected: 'a mean, a scale and a weight for each component, all of one size',
      received: `${means.length} means, ${all.length} scales and ${weights.length} weights, of sizes ${[...new Set(sizes)].join(', ')}`,
      remedy: 'Give as many of each, or one scale for all.',
    });
  }
  for (const value of means.flat()) checkNumber('gaussianMixture', 'each mean', value);
  for (const value of all.flat()) checkNumber('gaussianMixture', 'each scale', value, { min: 0, exclusive: true });
  for (const value of weights) checkNumber('gaussianMixture', 'each weight', value, { min: 0, exclusive: true });
  return { means, scales: all, weights };
}
