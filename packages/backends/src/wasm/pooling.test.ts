import { fc, test } from '@fast-check/vitest';
import { avgPool, engine, grad, maxPool, mul, sum, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

type Pair = readonly [number, number];
type Explicit = [[0, 0], [number, number], [number, number], [0, 0]];

interface Case {
  readonly shape: readonly [number, number, number, number];
  readonly window: Pair;
  readonly strides: Pair;
  readonly pad: 'same' | 'valid' | number | Explicit;
  readonly rounding?: 'floor' | 'round' | 'ceil';
}

/** Places of the output along an axis, and zeros before the input. */
function layout({ shape, window, strides, pad, rounding }: Case, axis: 0 | 1): { size: number; before: number } {
  const [input, filter, stride] = [shape[axis + 1]!, window[axis], strides[axis]];
  if (pad === 'same') {
    const size = Math.ceil(input / stride);
    return { size, before: Math.floor(Math.max(0, (size - 1) * stride + filter - input) / 2) };
  }
  const [before, after] = pad === 'valid' ? [0, 0] : typeof pad === 'number' ? [pad, pad] : (pad[axis + 1] as Pair);
  // tfjs measures both axes by the height of window and stride where the padding is one number.
  const [reach, step] = typeof pad === 'number' ? [window[0], strides[0]] : [filter, stride];
  const steps = (input + before + after - reach) / step;
  return { size: Math[rounding ?? 'floor'](steps + 1), before };
}

/** Calls visit(place of y, places of x in its window) for each number of y; gives the shape of y. */
function slide(c: Case, visit: (output: number, inputs: number[]) => void): number[] {
  const [batch, height, width, channels] = c.shape;
  const [rows, columns] = [layout(c, 0), layout(c, 1)];
  const inside = ({ before }: { before: number }, axis: 0 | 1, at: number, length: number) =>
    Array.from({ length: c.window[axis] }, (_, tap) => at * c.strides[axis] + tap - before).filter(
      (place) => place >= 0 && place < length,
    );
  let output = 0;
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < rows.size; i++)
      for (let j = 0; j < columns.size; j++)
        for (let ch = 0; ch < channels; ch++) {
          const [ys, xs] = [inside(rows, 0, i, height), inside(columns, 1, j, width)];
          visit(
            output++,
            ys.flatMap((y) => xs.map((x) => ((b * height + y) * width + x) * channels + ch)),
          );
        }
  return [batch, rows.size, columns.size, channels];
}

function pooled(c: Case, x: Numbers, f: (values: number[]) => number): Numbers {
  const values: number[] = [];
  const shape = slide(c, (output, inputs) => {
    values[output] = f(inputs.map((place) => x.values[place]!));
  });
  return { shape, values };
}

/** Each dy, spread over the window by the shares that f says. */
function back(c: Case, x: Numbers, dy: Numbers, f: (values: number[]) => number[]): Numbers {
  const values = Array<number>(x.values.length).fill(0);
  slide(c, (output, inputs) => {
    for (const [index, share] of f(inputs.map((place) => x.values[place]!)).entries()) {
      if (share !== 0) values[inputs[index]!]! += share * dy.values[output]!;
    }
  });
  return { shape: x.shape, values };
}

const largest = (values: number[]) => values.reduce((a, b) => (Number.isNaN(a) || a > b ? a : b), -Infinity);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const atLargest = (values: number[]) => {
  const first = values.findIndex((value) => Object.is(value, largest(values)));
  return values.map((_, index) => Number(index === first));
};
const evenly = (values: number[]) => values.map(() => 1 / values.length);

const maxima = (c: Case) => (x: Tensor) => maxPool(x as Tensor4D, [...c.window], [...c.strides], c.pad, c.rounding);
const means = (c: Case) => (x: Tensor) => avgPool(x as Tensor4D, [...c.window], [...c.strides], c.pad, c.rounding);
const gradient = (f: (x: Tensor) => Tensor) => (x: Tensor, dy: Tensor) => grad((x: Tensor) => sum(mul(f(x), dy)))(x);

async function check(c: Case): Promise<void> {
  const x = sample(c.shape);
  const [highest, middle] = [pooled(c, x, largest), pooled(c, x, mean)];
  const dy = sample(highest.shape, 2);
  await expectKernel(maxima(c), [x], [highest]);
  await expectKernel(means(c), [x], [middle]);
  // The stock gradient of maxPool forgets how sizes were rounded.
  if (c.rounding !== 'ceil' && c.rounding !== 'round') {
    await expectKernel(gradient(maxima(c)), [x, dy], [back(c, x, dy, atLargest)], { tolerance: 1e-4 });
  }
  await expectKernel(gradient(means(c)), [x, dy], [back(c, x, dy, evenly)], { tolerance: 1e-4 });
}

const side = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 4 });
const pair = fc.tuple(small, small);
const border = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
const padding = fc.oneof(
  fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 0, 1),
  fc.tuple(border, border).map(([rows, columns]) => [[0, 0], rows, columns, [0, 0]] as Explicit),
);
const cases = fc
  .record({
    shape: fc.tuple(small, side, side, fc.oneof(fc.integer({ min: 1, max: 13 }), fc.constant(20))),
    window: pair,
    strides: pair,
    pad: padding,
    rounding: fc.constantFrom('floor', 'round', 'ceil'),
  })
  .map(({ rounding, ...c }): Case => (typeof c.pad === 'string' ? c : { ...c, rounding: rounding as 'floor' }))
  // Every window has a part inside.
  .filter((c) => {
    let whole = true;
    slide(c, (_, inputs) => {
      whole &&= inputs.length > 0;
    });
    return whole && layout(c, 0).size > 0 && layout(c, 1).size > 0;
  });

describe('pooling on wasm against float64', () => {
  test.prop([cases], { numRuns: 40 })('forward and backward, of any window, stride and padding', check);

  it.each<Case>([
    { shape: [9, 14, 14, 20], window: [2, 2], strides: [2, 2], pad: 'valid' },
    { shape: [2, 30, 30, 12], window: [3, 3], strides: [2, 2], pad: 'same' },
    { shape: [3, 20, 21, 24], window: [20, 21], strides: [1, 1], pad: 'valid' },
    { shape: [2, 5, 5, 300], window: [3, 2], strides: [1, 1], pad: 'same' },
    { shape: [1, 40, 40, 1], window: [5, 5], strides: [7, 7], pad: 'valid' },
  ])('where threads share the work: $shape by $window', check);

  it('the mean of a whole image keeps its digits', async () => {
    const c: Case = { shape: [1, 150, 150, 2], window: [150, 150], strides: [1, 1], pad: 'valid' };
    const x = { shape: c.shape, values: Float32Array.from(sample(c.shape).values, (value) => 100 + value) };
    await expectKernel(means(c), [x], [pooled(c, x, mean)], { tolerance: 1e-6 });
  });

  it('of nothing', async () => {
    for (const shape of [
      [0, 4, 4, 3],
      [2, 4, 4, 0],
    ] as const) {
      await check({ shape, window: [2, 2], strides: [2, 2], pad: 'valid' });
    }
  });

  it('keeps NaN and infinities, in the gradient too', async () => {
    const c: Case = { shape: [1, 3, 3, 5], window: [2, 2], strides: [1, 1], pad: 'valid' };
    const x = sample(c.shape);
    const values = x.values as Float32Array;
    values[0] = Number.NaN;
    values[8 * 5 + 4] = Number.NaN;
    values[8 * 5 + 1] = Infinity;
    for (let place = 0; place < 9; place++) values[place * 5 + 2] = -Infinity;
    values[3] = Infinity;
    values[4 * 5 + 3] = -Infinity;
    const [highest, middle] = [pooled(c, x, largest), pooled(c, x, mean)];
    expect(highest.values[0]).toBeNaN();
    await expectKernel(maxima(c), [x], [highest]);
    await expectKernel(means(c), [x], [middle]);
    const dy = {
      shape: highest.shape,
      values: Array.from(highest.values, (_, place) => (place === 4 ? Number.NaN : 1)),
    };
    await expectKernel(gradient(maxima(c)), [x, dy], [back(c, x, dy, atLargest)]);
  });

  it('divides the gradient of the mean by the whole window, as tfjs’s kernel of that name does', async () => {
    await useBackend('wasm');
    const [dy, input] = [tensor([1], [1, 1, 1, 1]), tensor([1, 2], [1, 1, 2, 1])];
    const dx = engine().runKernel('AvgPoolGrad', { dy, input }, { filterSize: [2, 2], strides: [2, 2], pad: 'same' });
    expectNear(await (dx as Tensor).data(), [0.25, 0.25], 1e-6);
  });

  it('of windows outside the image: −∞ and NaN', async () => {
    const pad: Explicit = [
      [0, 0],
      [2, 0],
      [0, 0],
      [0, 0],
    ];
    const c: Case = { shape: [1, 1, 1, 1], window: [1, 1], strides: [1, 1], pad };
    const x = { shape: c.shape, values: [3] };
    await expectKernel(maxima(c), [x], [{ shape: [1, 3, 1, 1], values: [-Infinity, -Infinity, 3] }]);
    await expectKernel(means(c), [x], [{ shape: [1, 3, 1, 1], values: [Number.NaN, Number.NaN, 3] }]);
    await expectKernel(
      gradient(maxima(c)),
      [x, sample([1, 3, 1, 1])],
      [{ shape: c.shape, values: [sample([1, 3, 1, 1]).values[2]!] }],
    );
  });
});
