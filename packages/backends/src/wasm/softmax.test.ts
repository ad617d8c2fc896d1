import { fc, test } from '@fast-check/vitest';
import { engine, grad, mul, softmax, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';

const run = (name: string, inputs: Record<string, Tensor>, attrs: Record<string, number | boolean>) =>
  engine().runKernel(name, inputs, attrs) as Tensor;
const logSoftmax = (logits: Tensor) => run('LogSoftmax', { logits }, { axis: logits.rank - 1 });

/** Applies f to each row of several arrays. */
function rowwise(inputs: readonly Numbers[], f: (...rows: number[][]) => number[]): Numbers {
  const { shape } = inputs[0]!;
  const width = shape.at(-1)!;
  const values: number[] = [];
  const arrays = inputs.map((input) => Array.from(input.values));
  for (let start = 0; start < inputs[0]!.values.length; start += width) {
    values.push(...f(...arrays.map((array) => array.slice(start, start + width))));
  }
  return { shape, values };
}

const total = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
function logSoftmaxOf(row: readonly number[]): number[] {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = Math.log(total(row.map((x) => Math.exp(x - largest))));
  return row.map((x) => x - largest - sum);
}
const softmaxOf = (row: readonly number[]) => logSoftmaxOf(row).map(Math.exp);
const dot = (a: readonly number[], b: readonly number[]) => total(a.map((value, place) => value * b[place]!));
const softmaxSlope = (dy: number[], x: number[]) => {
  const y = softmaxOf(x);
  const mean = dot(dy, y);
  return y.map((value, place) => value * (dy[place]! - mean));
};
const logSoftmaxSlope = (dy: number[], x: number[]) => {
  const sum = total(dy);
  return softmaxOf(x).map((value, place) => dy[place]! - value * sum);
};

const times = (input: Numbers, factor: number): Numbers => ({
  ...input,
  values: Float32Array.from(input.values, (x) => x * factor),
});

const width = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(64, 1027, 3001));
const shapes = fc.tuple(fc.constantFrom([], [1], [7], [2, 3], [41]), width).map(([outer, last]) => [...outer, last]);

describe('softmax on wasm against float64', () => {
  test.prop([shapes, fc.constantFrom(1, 30, 1000)], { numRuns: 60 })('forward and backward', async (shape, factor) => {
    const [x, dy] = [times(sample(shape), factor), sample(shape, 2)];
    await expectKernel((x) => softmax(x), [x], [rowwise([x], softmaxOf)], { tolerance: 1e-6 });
    await expectKernel(logSoftmax, [x], [rowwise([x], logSoftmaxOf)], { tolerance: 1e-6 });
    const back = (f: (x: Tensor) => Tensor) => (dy: Tensor, x: Tensor) => grad(f)(x, dy);
    await expectKernel(
      back((x) => softmax(x)),
      [dy, x],
      [rowwise([dy, x], softmaxSlope)],
      { tolerance: 3e-6 },
    );
    await expectKernel(back(logSoftmax), [dy, x], [rowwise([dy, x], logSoftmaxSlope)], { tolerance: 3e-6 });
  });

  it('has gradients of the second order', async () => {
    for (const f of [(x: Tensor) => softmax(x), logSoftmax]) {
      const [x, v] = [sample([2, 5]), sample([2, 5], 3)];
      const weighted = (weights: Numbers) => (x: Tensor) => mul(f(x), tensorOf(weights));
      // d/dt of the gradient at x + t v, by differences in float64 of what the first derivative is known to be.
      const slope = f === logSoftmax ? logSoftmaxSlope : softmaxSlope;
      const dy = sample([2, 5], 2);
      const at = (t: number) =>
        rowwise([dy, { ...x, values: Array.from(x.values, (value, i) => value + t * v.values[i]!) }], slope);
      const [ahead, behind] = [at(1e-5), at(-1e-5)];
      const expected = {
        shape: x.shape,
        values: Array.from(ahead.values, (value, i) => (value - behind.values[i]!) / 2e-5),
      };
      await expectKernel((x, v) => grad((x) => mul(grad(weighted(dy))(x), v))(x), [x, v], [expected], {
        tolerance: 1e-5,
      });
    }
  });

  it('is NaN along the rows that hold NaN, +∞ or nothing but −∞', async () => {
    const [N, I] = [Number.NaN, Infinity];
    for (const size of [3, 4, 7, 40]) {
      const row = (special: number, place: number) =>
        Array.from({ length: size }, (_, index) => (index === place ? special : 0));
      const rows = [N, I, -I].flatMap((special) => [row(special, 0), row(special, size - 1), row(special, size >> 1)]);
      rows.push(Array<number>(size).fill(-I), row(5, 1));
      const x = { shape: [rows.length, size], values: rows.flat() };
      await expectKernel((x) => softmax(x), [x], [rowwise([x], softmaxOf)]);
      await expectKernel(logSoftmax, [x], [rowwise([x], logSoftmaxOf)]);
    }
  });

  it('knows the last axis only', () => {
    expect(() => run('Softmax', { logits: tensorOf(sample([2, 3])) }, { dim: 0 })).toThrow(
      'another axis than the last',
    );
  });
});
