import { fc, test } from '@fast-check/vitest';
import { draw, expectError, expectGradient, expectSecondGradient } from '@gm/core/testing';
import { convolution, linear } from '@gm/ops';
import { grads, type Scalar, square, sum, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';
import { convolution as convolutionOf } from '../../test/reference.js';
import { useBackend } from '../use.js';

const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(33, 97));

/** A product in float64; the first operand [m, k], the second [k, n], by the number at a row and a column. */
function product(
  [m, k, n]: readonly [number, number, number],
  a: (i: number, p: number) => number,
  b: (p: number, j: number) => number,
): Numbers {
  const values = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) values[i * n + j]! += a(i, p) * b(p, j);
  return { shape: [m, n], values };
}

const within =
  ({ shape, values }: Numbers) =>
  (i: number, j: number) =>
    values[i * shape[1]! + j]!;
const turned = (x: Numbers) => (i: number, j: number) => within(x)(j, i);

describe('product and bias in one pass', () => {
  test.prop([size, size, size], { numRuns: 25 })(
    'agree with float64, as do the gradients',
    async (rows, inner, units) => {
      const [x, weights, bias, dy] = [
        sample([rows, inner]),
        sample([inner, units], 2),
        sample([units], 3),
        sample([rows, units], 4),
      ];
      const y = product([rows, inner, units], within(x), within(weights));
      const values = Float64Array.from(y.values, (value, index) => value + bias.values[index % units]!);
      await expectKernel(linear, [x, weights, bias], [{ ...y, values }]);
      const gradients = (x: Tensor, weights: Tensor, bias: Tensor, dy: Tensor) =>
        grads(linear as never)([x, weights, bias], dy);
      const ones = () => 1;
      const expected = [
        product([rows, units, inner], within(dy), turned(weights)),
        product([inner, rows, units], turned(x), within(dy)),
        { ...product([1, rows, units], ones, within(dy)), shape: [units] },
      ];
      await expectKernel(gradients, [x, weights, bias, dy], expected, { tolerance: 1e-4 });
    },
  );

  it('keeps NaN', async () => {
    const inputs = [
      { shape: [2, 1], values: [Number.NaN, 1] },
      { shape: [1, 1], values: [2] },
      { shape: [1], values: [3] },
    ];
    await expectKernel(linear, inputs, [{ shape: [2, 1], values: [Number.NaN, 5] }]);
  });
});

describe.each([
  ['same', 1],
  ['valid', 2],
  ['same', 2],
] as const)('convolution and bias in one pass, padding %s, stride %i', (pad, stride) => {
  const window = { input: [5, 7, 3], kernel: [3, 2], stride, same: pad === 'same' } as const;
  const [x, filter, bias] = [draw([1, 5, 7, 3]), draw([3, 2, 3, 4], { seed: 1 }), draw([4], { seed: 2 })] as const;
  const convolved = (x: Tensor, filter: Tensor, bias: Tensor) =>
    convolution(x, filter, bias, { strides: [stride, stride], pad });
  const reference = (x: Float64Array, filter: Float64Array, bias: Float64Array) =>
    Array.from(convolutionOf(window, 4)(x, filter), (value, index) => value + bias[index % 4]!);
  const inputs = [x, filter, bias];

  it('agree with float64', async () => {
    const [first, second, third] = inputs.map(({ values }) => Float64Array.from(values)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const values = reference(first, second, third);
    const [height, width] = pad === 'same' ? [Math.ceil(5 / stride), Math.ceil(7 / stride)] : [2, 3];
    await expectKernel(convolved, inputs, [{ shape: [1, height, width, 4], values }]);
  });

  it('have right derivatives, first and second', async () => {
    await useBackend('wasm', { threads: 1 });
    const f = (...xs: Tensor[]) => sum(square(convolved(...(xs as [Tensor, Tensor, Tensor])))) as Scalar;
    const total = (...xs: Float64Array[]) =>
      reference(...(xs as [Float64Array, Float64Array, Float64Array])).reduce((sum, y) => sum + y * y, 0);
    await expectGradient({ f, reference: total, inputs });
    await expectSecondGradient({ f, inputs });
  });
});

describe('what is done in one pass', () => {
  it('has a second derivative: product and bias', async () => {
    await useBackend('wasm', { threads: 1 });
    const inputs = [draw([3, 4]), draw([4, 2], { seed: 1 }), draw([2], { seed: 2 })];
    await expectSecondGradient({
      f: (x, weights, bias) => sum(square(tanh(linear(x!, weights!, bias!)))) as Scalar,
      inputs,
    });
  });

  it('refuses what does not fit', async () => {
    await useBackend('wasm', { threads: 1 });
    await expectError(
      () => linear(zeros([2, 3]), zeros([4, 2]), zeros([2])),
      'GM_SHAPE',
      'weights [features, units]',
      'x [2, 3]',
    );
    await expectError(() => linear(zeros([2, 3]), zeros([3, 2]), zeros([2], 'int32')), 'GM_DTYPE', 'bias of float32');
    const [image, filter] = [zeros([1, 4, 4, 1]), zeros([2, 2, 2, 1])];
    const options = { strides: [1, 1], pad: 'same' } as const;
    await expectError(() => convolution(image, filter, zeros([1]), options), 'GM_SHAPE', 'filter [2, 2, 2, 1]');
  });
});
