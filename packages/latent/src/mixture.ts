import { checkNumber, checkTensor, gmError, type Prior, spec } from '@gm/core';
import {
  add,
  cast,
  expandDims,
  gather,
  greaterEqual,
  logSumExp,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkDraw } from './prior.js';
import { LOG_TWO_PI } from './rows.js';

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
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const cumulative = weights.map((_, k) => weights.slice(0, k).reduce((sum, weight) => sum + weight, 0) / total);
  // log πₖ − Σ log σₖᵢ − ½ n log 2π
  const constants = weights.map(
    (weight, k) =>
      Math.log(weight / total) - scales[k]!.reduce((sum, scale) => sum + Math.log(scale), 0) - 0.5 * size * LOG_TWO_PI,
  );
  const table = (rows: readonly (readonly number[])[]) => tensor2d(rows.flat(), [count, size]);
  return {
    shape: [size],
    sample(draws, random) {
      checkDraw('gaussianMixture', draws, random);
      return tidy(() => {
        const passed = greaterEqual(random.uniform([draws, 1]), tensor1d(cumulative)); // [draws, components]
        const chosen = cast(sub(sum(cast(passed, 'float32'), -1), 1), 'int32'); // [draws]
        const noise = random.normal([draws, size]);
        return add(gather(table(means), chosen as never), mul(gather(table(scales), chosen as never), noise));
      });
    },
    logProb(z) {
      checkTensor('gaussianMixture', 'z', z, spec([size]));
      return tidy(() => {
        const inverse = table(scales.map((row) => row.map((scale) => 1 / scale)));
        const apart: Tensor = mul(sub(expandDims(z, 1), table(means)), inverse); // [batch, components, size]
        return logSumExp(sub(reshape(tensor1d(constants), [1, count]), mul(0.5, sum(square(apart), -1))), -1);
      });
    },
  };
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
