import { checkNumber } from '@gm/core';
import { fill, mul, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import { squaredDistanceGradKernel, squaredDistanceKernel } from './kernelNames.js';
import { asFloat, checkBatch, sumPerExample } from './perExample.js';

const run = fusedOperation({
  kernelName: squaredDistanceKernel,
  inputs: ['x', 'y'],
  composed: ({ x, y }, { scale }) => {
    const difference = sub(x, y);
    return [sumPerExample(square(scale === 1 ? difference : mul(difference, 1 / scale)))];
  },
  gradients: ({ dys: [dy], inputs: { x, y }, attrs }) => ({
    x: () => runKernel(squaredDistanceGradKernel, { dy: dy!, x, y }, attrs)[0]!,
    y: () => runKernel(squaredDistanceGradKernel, { dy: dy!, x: y, y: x }, attrs)[0]!,
  }),
});

/** Options of `squaredDistance`. */
export interface SquaredDistanceOptions {
  /** Above 0: the unit of distance. Default 1. */
  readonly scale?: number;
}

/**
 * Squared distance, summed over each example.
 *
 *   Σᵢ ((xᵢ − yᵢ) / scale)²
 *
 * The gradient for x, 2 dy (x − y) / scale², is made in one pass; that for y is the same with x and y exchanged.
 *
 * @param x  shape [batch, …data]
 * @param y  the same shape; or one number for all
 * @returns squared units per example, [batch], ≥ 0
 * @throws GM_SHAPE when the shapes differ or have no batch axis; GM_OPTION when the scale is not a finite number above 0
 * @see Bishop (2006), Pattern Recognition and Machine Learning, where half of it is −log N(x | y, scale²) up to a constant
 * @example squaredDistance(ones([1, 3]), zeros([1, 3]))  // [3]
 */
export function squaredDistance(x: Tensor, y: Tensor | number, { scale = 1 }: SquaredDistanceOptions = {}): Tensor {
  checkBatch('squaredDistance', typeof y === 'number' ? { x } : { x, y });
  checkNumber('squaredDistance', 'scale', scale, { min: 0, exclusive: true });
  return tidy(() => {
    const other = typeof y === 'number' ? fill(x.shape, y) : asFloat(y);
    return run({ x: asFloat(x), y: other }, { scale })[0]!;
  });
}
