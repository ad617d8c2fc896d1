import { fc, test } from '@fast-check/vitest';
import { all, div, max, mean, min, prod, scalar, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

type Reduce = (x: Tensor, axes?: number | number[], keepDims?: boolean) => Tensor;
type Reduction = readonly [name: string, op: Reduce, f: (values: readonly number[]) => number];

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const reductions: readonly Reduction[] = [
  ['sum', sum, total],
  ['mean', mean, (values) => total(values) / values.length],
  ['max', max, (values) => values.reduce((a, b) => Math.max(a, b), -Infinity)],
  ['min', min, (values) => values.reduce((a, b) => Math.min(a, b), Infinity)],
  ['prod', prod, (values) => values.reduce((a, b) => a * b, 1)],
];

/** Applies f along the axes, in float64. */
function reduced(x: Numbers, axes: readonly number[], keepDims: boolean, f: Reduction[2]): Numbers {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, () => [] as number[]);
  for (let index = 0; index < x.values.length; index++) {
    let [rest, place, scale] = [index, 0, 1];
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      if (!axes.includes(axis)) {
        place += (rest % x.shape[axis]!) * scale;
        scale *= x.shape[axis]!;
      }
      rest = Math.floor(rest / x.shape[axis]!);
    }
    groups[place]!.push(x.values[index]!);
  }
  return { shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), values: groups.map(f) };
}

const size = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(1, 1, 16, 17, 33));
const shapes = fc
  .array(size, { minLength: 0, maxLength: 5 })
  .filter((shape) => shape.reduce((a, b) => a * b, 1) < 20_000);

describe('reductions on wasm against float64', () => {
  test.prop([shapes, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), fc.boolean()], { numRuns: 60 })(
    'along any axes',
    async (shape, chosen, keepDims) => {
      const [x, axes] = [sample(shape), shape.map((_, axis) => axis).filter((axis) => chosen[axis])];
      for (const [, op, f] of reductions) {
        await expectKernel((x) => op(x, axes, keepDims), [x], [reduced(x, axes, keepDims, f)], { tolerance: 1e-6 });
      }
    },
  );

  it.each<[shape: number[], axes: number[]]>([
    [[100_003], [0]],
    [[3, 40_001], [1]],
    [[1030, 70], [0]],
    [[130, 2051], [0]],
    [[1200, 3], [0]],
    [[16, 1203, 2], [1]],
    [[5000, 10], [1]],
    [[70, 129], [1]],
    [[3, 700, 33], [1]],
    [
      [12, 14, 9, 40],
      [0, 2],
    ],
  ])('large ones, %o over %o', async (shape, axes) => {
    const x = sample(shape);
    const near = { ...x, values: Float32Array.from(x.values, (value) => 1 + value / 1000) };
    for (const [name, op, f] of reductions) {
      const input = name === 'prod' ? near : x;
      await expectKernel((x) => op(x, axes), [input], [reduced(input, axes, false, f)], {
        tolerance: name === 'prod' ? 1e-5 : 1e-6, // each product rounds
      });
    }
  });

  it('adds a million numbers to six digits', async () => {
    for (const value of [0.1, 1 / 3]) {
      const x = { shape: [1000, 1000], values: new Float32Array(1e6).fill(value) };
      const exact = Math.fround(value);
      for (const [axes, count] of [
        [[0, 1], 1e6],
        [[0], 1e3],
        [[1], 1e3],
      ] as const) {
        const result = {
          shape: [1000].slice(0, 2 - axes.length),
          values: Array(1e6 / count).fill((exact * count) / 1e3),
        };
        await expectKernel((x) => div(sum(x, [...axes]), 1e3), [x], [result], { tolerance: 1e-6 });
      }
    }
  });

  it('keeps NaN and infinities wherever they stand', async () => {
    const [N, I] = [Number.NaN, Infinity];
    for (const count of [3, 5, 37, 300, 5000]) {
      for (const place of [0, 1, count >> 1, count - 1]) {
        for (const special of [N, I, -I]) {
          const values = Array.from({ length: count }, (_, index) => (index === place ? special : 1));
          const wide = values.flatMap((value) => [value, 1, value, 1, 1]);
          for (const [, op, f] of reductions) {
            await expectKernel((x) => op(x), [{ shape: [count], values }], [{ shape: [], values: [f(values)] }]);
            const expected = reduced({ shape: [count, 5], values: wide }, [0], false, f);
            await expectKernel((x) => op(x, 0), [{ shape: [count, 5], values: wide }], [expected]);
          }
        }
      }
    }
  });

  it('leaves whole numbers and truth values to tfjs', async () => {
    await useBackend('wasm');
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      'int32',
    );
    expect([sum(x, 0).dtype, Array.from(await sum(x, 0).data())]).toEqual(['int32', [4, 6]]);
    expect(Array.from(await max(x, 1).data())).toEqual([2, 4]);
    expect(Array.from(await sum(tensor([true, true, false])).data())).toEqual([2]);
    expect(Array.from(await mean(x).data())).toEqual([2.5]);
    expect(Array.from(await all(tensor([true, false])).data())).toEqual([0]);
    expect(Array.from(await sum(scalar(3)).data())).toEqual([3]);
  });
});
