import { fc, test } from '@fast-check/vitest';
import { tensor, transpose } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';

function transposed(x: Numbers, perm: readonly number[]): Numbers {
  const steps = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const shape = perm.map((axis) => x.shape[axis]!);
  const values = Array.from({ length: x.values.length }, (_, index) => {
    let [rest, place] = [index, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * steps[perm[axis]!]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return x.values[place]!;
  });
  return { shape, values };
}

const size = fc.oneof(fc.integer({ min: 0, max: 7 }), fc.constantFrom(1, 4, 16, 19));
const cases = fc
  .array(size, { minLength: 0, maxLength: 5 })
  .filter((shape) => shape.reduce((a, b) => a * b, 1) < 30_000)
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      ),
    ),
  );

describe('transposes on wasm', () => {
  test.prop([cases], { numRuns: 150 })('of every shape and order', async ([shape, perm]) => {
    const x = sample(shape);
    await expectKernel((x) => transpose(x, perm), [x], [transposed(x, perm)], { tolerance: 0 });
  });

  it.each<[number[], number[]]>([
    [
      [256, 256],
      [1, 0],
    ],
    [
      [403, 251],
      [1, 0],
    ],
    [
      [2, 3, 100, 201],
      [0, 1, 3, 2],
    ],
    [
      [4, 70, 8, 33],
      [0, 2, 1, 3],
    ],
    [
      [9, 8, 7, 130],
      [3, 1, 2, 0],
    ],
    [
      [2, 3, 2, 3, 2, 3],
      [5, 3, 1, 0, 2, 4],
    ],
  ])('large ones, %o as %o', async (shape, perm) => {
    const x = sample(shape);
    await expectKernel((x) => transpose(x, perm), [x], [transposed(x, perm)], { tolerance: 0 });
  });

  it('of whole numbers and of truth values', async () => {
    for (const dtype of ['int32', 'bool'] as const) {
      const result = transpose(tensor([1, 0, 0, 1, 1, 0], [2, 3], dtype));
      expect([result.dtype, Array.from(await result.data())]).toEqual([dtype, [1, 1, 0, 1, 0, 0]]);
    }
  });
});
