import { gmError, showShape } from '@gm/core';
import { sum, type Tensor } from '@tensorflow/tfjs-core';

/** Sums over every axis but the first: [batch, …] → [batch]. */
export function sumPerExample(t: Tensor): Tensor {
  return t.rank === 1 ? t : sum(t, dataAxes(t));
}

/** 1 … rank − 1. */
function dataAxes({ rank }: Tensor): number[] {
  return Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
}

/** How many numbers one example holds. */
export function sizePerExample({ shape }: Tensor): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/**
 * Passes when all tensors have one shape and a batch axis.
 *
 * @throws GM_SHAPE
 */
export function checkBatch(where: string, tensors: Readonly<Record<string, Tensor>>, remedy: string): void {
  const shapes = Object.values(tensors).map(({ shape }) => showShape(shape));
  if (Object.values(tensors).every(({ rank }) => rank > 0) && shapes.every((shape) => shape === shapes[0])) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'equal shapes [batch, …]',
    received: namedShapes(tensors),
    remedy,
  });
}

/** `x [2, 3] and logits [2, 4]` */
export function namedShapes(tensors: Readonly<Record<string, Tensor>>): string {
  return Object.entries(tensors)
    .map(([name, { shape }]) => `${name} ${showShape(shape)}`)
    .join(' and ');
}
