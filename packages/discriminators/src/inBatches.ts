import { checkNumber, gmError, showShape } from '@gm/core';
import { concat, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Options of what looks at many examples. */
export interface BatchOptions {
  /** How many examples are looked at at once; more of them need more memory. Default 256. */
  readonly batch?: number;
}

/** All examples through `work`, so many at a time; of each batch only the result stays in memory. @throws GM_OPTION, GM_SHAPE */
export function inBatches(
  where: string,
  x: Tensor,
  { batch = 256 }: BatchOptions,
  work: (x: Tensor) => Tensor,
): Tensor {
  checkNumber(where, 'batch', batch, { min: 1, integer: true });
  const count = countOf(where, x);
  if (count <= batch) return work(x);
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, index) => index * batch);
  return tidy(() => concat(starts.map((start) => tidy(() => work(slice(x, start, Math.min(batch, count - start)))))));
}

function countOf(where: string, { shape }: Tensor): number {
  const [count = 0] = shape;
  if (count > 0) return count;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'x of shape [batch, …example] with at least one example',
    received: showShape(shape),
    remedy: 'Add a batch axis, or leave out the call where there is nothing to look at.',
  });
}
