import { gmError, showShape } from '@gm/core';
import { cast, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Sums over every axis but the first: [batch, …] → [batch]. */
export function sumPerExample(x: Tensor): Tensor {
  return x.rank === 1
    ? x
    : sum(
        x,
        Array.from({ length: x.rank - 1 }, (_, axis) => axis + 1),
      );
}

/** x in the number type that kernels take. */
export const asFloat = (x: Tensor): Tensor => (x.dtype === 'float32' ? x : cast(x, 'float32'));

/**
 * Passes when all tensors have one shape and a batch axis.
 *
 * @throws GM_SHAPE
 */
export function checkBatch(where: string, tensors: Readonly<Record<string, Tensor>>): void {
  const [first, ...others] = Object.values(tensors) as [Tensor, ...Tensor[]];
  const same = ({ shape }: Tensor) =>
    shape.length === first.rank && shape.every((size, axis) => size === first.shape[axis]);
  if (first.rank > 0 && others.every(same)) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'equal shapes [batch, …]',
    received: namedShapes(tensors),
    remedy: 'Reshape them to one shape whose first axis is the batch.',
  });
}

/** `x [2, 3] and logits [2, 4]` */
export function namedShapes(tensors: Readonly<Record<string, Tensor>>): string {
  return Object.entries(tensors)
    .map(([name, { shape }]) => `${name} ${showShape(shape)}`)
    .join(' and ');
}
