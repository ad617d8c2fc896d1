import { fc, test } from '@fast-check/vitest';
import { maximum, minimum, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';

type Pair = (a: number, b: number) => number;

/** f of two operands that broadcast, in float64. */
function paired(a: Numbers, b: Numbers, f: Pair): Numbers {
  const rank = Math.max(a.shape.length, b.shape.length);
  const full = ({ shape }: Numbers) => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const [left, right] = [full(a), full(b)];
  const shape = left.map((size, axis) => (size === 1 ? right[axis]! : size));
  const place = (from: readonly number[], position: readonly number[]) =>
    from.reduce((index, size, axis) => index * size + (size === 1 ? 0 : position[axis]!), 0);
  const values = Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, index) => {
    const position = shape.map(
      (size, axis) => Math.floor(index / shape.slice(axis + 1).reduce((x, y) => x * y, 1)) % size,
    );
    return f(a.values[place(left, position)]!, b.values[place(right, position)]!);
  });
  return { shape, values };
}

const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 9, 18));
const operands = fc
  .tuple(
    fc.array(size, { maxLength: 4 }),
    fc.array(fc.constantFrom('both', 'a', 'b'), { minLength: 4, maxLength: 4 }),
    fc.nat(4),
  )
  .map(([shape, who, dropped]) => {
    const a = shape.map((size, axis) => (who[axis] === 'b' ? 1 : size));
    const b = shape.map((size, axis) => (who[axis] === 'a' ? 1 : size));
    return [a, b.slice(Math.min(dropped, b.length))] as const;
  });

describe('maximum and minimum on wasm against float64', () => {
  test.prop([operands], { numRuns: 100 })('of operands that broadcast', async ([one, other]) => {
    const [a, b] = [sample(one), sample(other, 2)];
    await expectKernel((a, b) => maximum(a, b), [a, b], [paired(a, b, Math.max)], { tolerance: 0 });
    await expectKernel((a, b) => minimum(a, b), [b, a], [paired(b, a, Math.min)], { tolerance: 0 });
  });

  it.each<[number[], number[]]>([
    [[70_001], [70_001]],
    [[70_001], []],
    [[301, 250], [250]],
    [
      [301, 250],
      [301, 1],
    ],
    [
      [9000, 1],
      [1, 9],
    ],
  ])('of many numbers, %o and %o', async (one, other) => {
    const [a, b] = [sample(one), sample(other, 2)];
    await expectKernel((a, b) => maximum(a, b), [a, b], [paired(a, b, Math.max)], { tolerance: 0 });
  });

  it('keeps NaN and infinities', async () => {
    const special = [Number.NaN, 1, Infinity, -Infinity, 0];
    const a = { shape: [25], values: special.flatMap((x) => special.map(() => x)) };
    const b = { shape: [25], values: special.flatMap(() => special) };
    await expectKernel((a, b) => maximum(a, b), [a, b], [paired(a, b, Math.max)]);
    await expectKernel((a, b) => minimum(a, b), [a, b], [paired(a, b, Math.min)]);
  });

  it('leaves whole numbers to tfjs', async () => {
    const result = maximum(tensor([1, 5], [2], 'int32'), tensor([3, 2], [2], 'int32'));
    expect([result.dtype, Array.from(await result.data())]).toEqual(['int32', [3, 5]]);
  });
});
