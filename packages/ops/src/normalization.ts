/** What batch, layer and group normalisation share. */
import { checkNumber, gmError, showShape } from '@gm/core';
import { add, mean as meanOf, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import type { FusedOperation } from './fusedOperation.js';

export const operands = ['x', 'scale', 'offset'] as const;
export type Operand = (typeof operands)[number];

export interface NormalizationOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/** Two passes: E[x²] − E[x]² loses all digits when the mean is large beside the spread. */
export function standardized(x: Tensor, axes: number[], epsilon: number) {
  const mean = meanOf(x, axes, true);
  const centred = sub(x, mean);
  const variance = meanOf(square(centred), axes, true);
  return { y: mul(centred, rsqrt(add(variance, epsilon))), mean, variance };
}

/**
 * All three gradients by one kernel, which takes dy for mean and variance too: tfjs hands zeros where they were not used. It runs
 * before it is known which of the three are wanted; they share almost all of the work.
 */
export function gradientsBy(kernelName: string): FusedOperation<Operand>['gradients'] {
  return ({ dys: [dy, dMean, dVariance], inputs: { x, scale }, outputs: [, mean, variance], attrs }) => {
    const given = { dy: dy!, dMean: dMean!, dVariance: dVariance!, x, scale, mean: mean!, variance: variance! };
    const [dx, dScale, dOffset] = runKernel(kernelName, given, attrs);
    return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! };
  };
}

/** Passes when x has `rank` axes or more, scale and offset are as long as its last, and all are float32. @throws GM_SHAPE, GM_DTYPE, GM_OPTION */
export function checkOperands(
  where: string,
  given: Readonly<Record<Operand, Tensor>>,
  rank: number,
  epsilon: number,
): void {
  checkNumber(where, 'epsilon', epsilon, { min: Number.MIN_VALUE });
  const { x, scale, offset } = given;
  const shapes = Object.entries(given).map(([name, { shape }]) => `${name} ${showShape(shape)}`);
  const along = ({ shape }: Tensor) => shape.length === 1 && shape[0] === x.shape.at(-1);
  if (x.rank < rank || !along(scale) || !along(offset)) {
    throw gmError('GM_SHAPE', {
      where,
      expected: `x of rank ${rank} or more, scale and offset as long as its last axis`,
      received: shapes.join(', '),
      remedy: 'Give one scale and one offset for each entry of the last axis.',
    });
  }
  const types = Object.entries(given).map(([name, { dtype }]) => `${name} ${dtype}`);
  if ([x, scale, offset].every(({ dtype }) => dtype === 'float32')) return;
  throw gmError('GM_DTYPE', {
    where,
    expected: 'float32',
    received: types.join(', '),
    remedy: 'Cast to float32 first.',
  });
}
