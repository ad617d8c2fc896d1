import { gmError, showShape } from '@gm/core';
import { cast, type Tensor } from '@tensorflow/tfjs-core';

/** Passes when x is float32 of that shape. @throws GM_SHAPE, GM_DTYPE */
export function checkOperand(where: string, name: string, x: Tensor, shape: readonly number[], axes: string): void {
  checkShape(where, name, x, shape, axes);
  if (x.dtype === 'float32') return;
  throw gmError('GM_DTYPE', {
    where,
    expected: `${name} of type float32`,
    received: x.dtype,
    remedy: `Cast ${name} with cast(${name}, 'float32').`,
  });
}

/** Passes when x has one of these ranks. @throws GM_SHAPE */
export function checkAxes(where: string, name: string, x: Tensor, ranks: readonly number[], axes: string): void {
  if (ranks.includes(x.rank)) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: `${name} of shape ${axes}`,
    received: showShape(x.shape),
    remedy: `Reshape ${name}.`,
  });
}

/** A mask as numbers, 0 for what does not count. @throws GM_SHAPE when its shape is another */
export function maskOf(where: string, mask: Tensor, shape: readonly number[], axes: string): Tensor {
  checkShape(where, 'mask', mask, shape, axes);
  return mask.dtype === 'float32' ? mask : cast(mask, 'float32');
}

function checkShape(where: string, name: string, x: Tensor, shape: readonly number[], axes: string): void {
  if (showShape(x.shape) === showShape(shape)) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: `${name} of shape ${axes} = ${showShape(shape)}`,
    received: showShape(x.shape),
    remedy: `Give ${name} that shape, or the others one that fits it.`,
  });
}
