import { fc, test } from '@fast-check/vitest';
import { gather, grad, mul, sum, type Tensor, tensor, unsortedSegmentSum } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';

const ids = (values: readonly number[], shape: readonly number[] = [values.length]): Numbers => ({
  shape,
  values: Int32Array.from(values),
  dtype: 'int32',
});
/** Numbers from `low` to `high` that a seed fixes. */
const draw = (count: number, low: number, high: number, seed = 5) =>
  Array.from(sample([count], seed).values, (x) => low + Math.floor(((x + 1) / 2) * (high - low + 1) * 0.999999));

function summed(x: Numbers, segments: readonly number[], inner: readonly number[], count: number): Numbers {
  const width = inner.reduce((a, b) => a * b, 1);
  const values = new Float64Array(count * width);
  for (const [row, id] of segments.entries())
    if (id >= 0 && id < count) for (let i = 0; i < width; i++) values[id * width + i]! += x.values[row * width + i]!;
  return { shape: [count, ...inner], values };
}

const inners = fc.constantFrom<readonly number[]>([], [1], [3], [2, 2], [33], [70], [300]);

describe('sums over segments on wasm against float64', () => {
  test.prop([fc.constantFrom(1, 2, 37, 900), inners, fc.constantFrom(1, 4, 61)], { numRuns: 60 })(
    'leave out segments that are not there',
    async (rows, inner, count) => {
      const [x, numbers] = [sample([rows, ...inner]), draw(rows, -1, count)];
      const run = (x: Tensor, ids: Tensor) => unsortedSegmentSum(x, ids as never, count);
      await expectKernel(run, [x, ids(numbers)], [summed(x, numbers, inner, count)]);
    },
  );

  it('of a large table with few rows in use, and of no rows', async () => {
    const [x, numbers] = [sample([50, 64]), draw(50, 0, 4999)];
    await expectKernel(
      (x, ids) => unsortedSegmentSum(x, ids as never, 5000),
      [x, ids(numbers)],
      [summed(x, numbers, [64], 5000)],
    );
    await expectKernel(
      (x, ids) => unsortedSegmentSum(x, ids as never, 3),
      [sample([0, 2]), ids([])],
      [{ shape: [3, 2], values: Array(6).fill(0) }],
    );
  });

  it('keep NaN and infinities in their segment', async () => {
    const x = { shape: [3, 1], values: [Number.NaN, Infinity, 1] };
    const expected = { shape: [3, 1], values: [Number.NaN, Infinity, 1] };
    await expectKernel((x, ids) => unsortedSegmentSum(x, ids as never, 3), [x, ids([0, 1, 2])], [expected]);
  });

  it('of whole numbers stay whole', async () => {
    const x = { shape: [3], values: [1, 2, 3], dtype: 'int32' } as const;
    await expectKernel(
      (x, ids) => unsortedSegmentSum(x, ids as never, 2),
      [x, ids([0, 1, 1])],
      [{ shape: [2], values: [1, 5] }],
    );
  });
});

describe('gather on wasm', () => {
  const shapes = fc.constantFrom<readonly [shape: number[], axis: number]>(
    [[5], 0],
    [[7, 3], 0],
    [[7, 64], 0],
    [[4, 6, 5], 1],
    [[4, 6, 5], 2],
    [[2, 3, 4, 9], -2],
    [[300, 129], 0],
  );
  test.prop([shapes, fc.constantFrom<number[]>([0], [1], [6], [2, 3], [500])], { numRuns: 60 })(
    'takes entries along any axis',
    async ([shape, from], places) => {
      const axis = from < 0 ? from + shape.length : from;
      const [x, count] = [sample(shape), places.reduce((a, b) => a * b, 1)];
      const numbers = draw(count, 0, shape[axis]! - 1);
      const [outer, width] = [shape.slice(0, axis), shape.slice(axis + 1)].map((part) =>
        part.reduce((a, b) => a * b, 1),
      );
      const values = Array.from({ length: outer! }, (_, o) =>
        numbers.map((id) => Array.from({ length: width! }, (_, i) => x.values[(o * shape[axis]! + id) * width! + i]!)),
      ).flat(2);
      const expected = { shape: [...shape.slice(0, axis), ...places, ...shape.slice(axis + 1)], values };
      await expectKernel((x, ids) => gather(x, ids, from), [x, ids(numbers, places)], [expected], { tolerance: 0 });
    },
  );

  it('goes through batches together with their indices', async () => {
    const x = { shape: [2, 3, 2], values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] };
    const expected = { shape: [2, 2, 2], values: [4, 5, 0, 1, 8, 9, 8, 9] };
    await expectKernel((x, ids) => gather(x, ids, 1, 1), [x, ids([2, 0, 1, 1], [2, 2])], [expected]);
  });

  it('refuses an index out of range', () => {
    for (const index of [-1, 3])
      expect(() => gather(tensorOf(sample([3, 2])), tensor([index], [1], 'int32'))).toThrow(
        `the index value ${index} is not in [0, 2]`,
      );
  });

  it('has the sums as its gradient, of indices with two axes too', async () => {
    const [table, numbers, weights] = [sample([5, 3]), [4, 0, 4, 2], sample([2, 2, 3], 7)];
    const look = (table: Tensor, ids: Tensor, weights: Tensor) =>
      grad((table) => sum(mul(gather(table, ids), weights)))(table);
    await expectKernel(look, [table, ids(numbers, [2, 2]), weights], [summed(weights, numbers, [3], 5)]);
  });
});
