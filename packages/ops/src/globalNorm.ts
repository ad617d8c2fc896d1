import { checkNumber } from '@gm/core';
import { add, div, engine, minimum, mul, scalar, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './backendKernel.js';
import { checkFloat } from './checks.js';
import { clipToNormKernel, globalNormKernel } from './kernelNames.js';
import { lettered } from './update.js';

/**
 * The length of many tensors taken as one vector, of all gradients for instance.
 *
 *   ‖x‖ = √Σ x²
 *
 * @param xs  float32, of any shapes
 * @returns a scalar ≥ 0; NaN or infinite as soon as one number is
 * @throws GM_DTYPE when one is not float32
 * @example globalNorm([tensor1d([3]), tensor1d([0, 4])])  // 5
 */
export function globalNorm(xs: readonly Tensor[]): Tensor {
  for (const [index, x] of xs.entries()) checkFloat('globalNorm', `xs[${index}]`, x);
  if (xs.length === 0) return scalar(0);
  if (usable(globalNormKernel)) return runKernel(globalNormKernel, lettered('x', xs), {})[0]!;
  return tidy(() => sqrt(xs.map((x) => sum(square(x))).reduce((total, part) => add(total, part))));
}

/**
 * The same tensors, shortened together where they are too long.
 *
 *   x · min(1, limit / ‖x‖)
 *
 * @param xs     float32, of any shapes
 * @param limit  the greatest length, > 0
 * @param norm   ‖x‖ as globalNorm gives it, a scalar
 * @returns a tensor for each; all NaN where the norm is
 * @throws GM_DTYPE when one is not float32; GM_OPTION when limit is not positive
 * @see Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1, arXiv:1211.5063
 * @example clipByGlobalNorm(gradients, 1, globalNorm(gradients))
 */
export function clipByGlobalNorm(xs: readonly Tensor[], limit: number, norm: Tensor): Tensor[] {
  checkNumber('clipByGlobalNorm', 'limit', limit, { min: 0, exclusive: true });
  for (const [index, x] of xs.entries()) checkFloat('clipByGlobalNorm', `xs[${index}]`, x);
  if (xs.length === 0) return [];
  if (usable(clipToNormKernel)) return runKernel(clipToNormKernel, { ...lettered('x', xs), norm }, { limit });
  return tidy(() => {
    const scale = minimum(1, div(limit, norm));
    return xs.map((x) => mul(x, scale));
  });
}

/** The kernels have no gradients: under a tape, the operations that they replace. */
const usable = (name: string): boolean => hasKernel(name) && !engine().isTapeOn();
