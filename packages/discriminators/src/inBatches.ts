import { type ApplyOptions, checkNumber, gmError, showShape } from '@gm/core';
import { concat, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Options of what looks at many examples. */
export interface BatchOptions {
  /** How many examples are looked at at once; more of them need more memory. Default 256. */
  readonly batch?: number;
  /** The class that each example is, or shall be, for a network that has to be told: int32 [count]. */
  readonly condition?: Tensor;
}

/** All examples through `work`, so many at a time; of each batch only the result stays in memory. @throws GM_OPTION, GM_SHAPE */
export function inBatches(
  where: string,
  x: Tensor,
  { batch = 256, condition }: BatchOptions,
  work: (x: Tensor, options: ApplyOptions) => Tensor,
): Tensor {
  checkNumber(where, 'batch', batch, { min: 1, integer: true });
  const count = countOf(where, x);
  if (condition && condition.shape[0] !== count) throw otherwise(where, count, condition);
  if (count <= batch) return work(x, condition ? { condition } : {});
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, index) => index * batch);
  const part = (all: Tensor, start: number) => slice(all, start, Math.min(batch, count - start));
  const told = (start: number) => (condition ? { condition: part(condition, start) } : {});
  return tidy(() => concat(starts.map((start) => tidy(() => work(part(x, start), told(start))))));
}

function otherwise(where: string, count: number, { shape }: Tensor) {
  return gmError('GM_SHAPE', {
    where,
    expected: `a condition for each of ${count} examples`,
    received: showShape(shape),
    remedy: 'Give the class of every example, int32 [count].',
  });
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
