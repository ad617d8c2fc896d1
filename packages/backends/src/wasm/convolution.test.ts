import { fc, test } from '@fast-check/vitest';
import {
  conv2d,
  conv2dTranspose,
  engine,
  fused,
  grad,
  mul,
  relu,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  activationsOf,
  attributesOf,
  type ConvolutionCase,
  convolutionCases,
  mapped,
  meet,
  placesOf,
} from '../../test/convolutionCase.js';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

const inputShape = ({ batch, size, channels }: ConvolutionCase) => [batch, ...size, channels];
const filterShape = ({ kernel, channels, filters }: ConvolutionCase) => [...kernel, channels, filters];
const outputShape = (c: ConvolutionCase) => [c.batch, ...placesOf(c).sizes, c.filters];
const empty = (shape: readonly number[]) => ({ shape, values: new Float64Array(shape.reduce((a, b) => a * b, 1)) });

/** Adds a·b to the result, for each triple of numbers of x, filter and y that a convolution brings together. */
function accumulate(c: ConvolutionCase, add: (x: number, w: number, y: number) => void): void {
  meet(c, (_, output, tap, input) => {
    for (let d = 0; d < c.channels; d++)
      for (let f = 0; f < c.filters; f++)
        add(input * c.channels + d, (tap * c.channels + d) * c.filters + f, output * c.filters + f);
  });
}

function forward(c: ConvolutionCase, x: Numbers, w: Numbers): Numbers {
  const y = empty(outputShape(c));
  accumulate(c, (i, j, k) => {
    y.values[k]! += x.values[i]! * w.values[j]!;
  });
  return y;
}

function toInput(c: ConvolutionCase, dy: Numbers, w: Numbers): Numbers {
  const dx = empty(inputShape(c));
  accumulate(c, (i, j, k) => {
    dx.values[i]! += dy.values[k]! * w.values[j]!;
  });
  return dx;
}

function toFilter(c: ConvolutionCase, x: Numbers, dy: Numbers): Numbers {
  const dw = empty(filterShape(c));
  accumulate(c, (i, j, k) => {
    dw.values[j]! += x.values[i]! * dy.values[k]!;
  });
  return dw;
}

const run = (name: string, inputs: Record<string, Tensor>, attrs: object) =>
  engine().runKernel(name, inputs, attrs as never) as Tensor;
const kernels = {
  forward: (c: ConvolutionCase) => (x: Tensor, filter: Tensor) => run('Conv2D', { x, filter }, attributesOf(c)),
  toInput: (c: ConvolutionCase) => (dy: Tensor, filter: Tensor) =>
    run('Conv2DBackpropInput', { dy, filter }, { ...attributesOf(c), inputShape: inputShape(c) }),
  toFilter: (c: ConvolutionCase) => (x: Tensor, dy: Tensor) =>
    run('Conv2DBackpropFilter', { x, dy }, { ...attributesOf(c), filterShape: filterShape(c) }),
};

const plain = {
  batch: 2,
  size: [6, 6],
  channels: 3,
  filters: 4,
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pad: 'same',
} as const;

/** All three kernels. */
async function expectAll(c: ConvolutionCase): Promise<void> {
  const [x, w, dy] = [sample(inputShape(c)), sample(filterShape(c), 2), sample(outputShape(c), 3)];
  await expectKernel(kernels.forward(c), [x, w], [forward(c, x, w)]);
  await expectKernel(kernels.toInput(c), [dy, w], [toInput(c, dy, w)]);
  await expectKernel(kernels.toFilter(c), [x, dy], [toFilter(c, x, dy)]);
}

describe('convolutions on wasm against float64', () => {
  test.prop([convolutionCases], { numRuns: 100 })('of every size, stride, dilation and padding', expectAll);

  it.each<[string, Partial<ConvolutionCase>]>([
    ['a filter of padding same that ends before its input', { kernel: [2, 2], strides: [3, 3] }],
    ['more numbers in a window than a block is deep', { channels: 50, kernel: [3, 3] }],
    ['more channels than a block is deep', { batch: 1, size: [4, 3], channels: 500, filters: 2, kernel: [2, 1] }],
    [
      'more filters than a block is deep, strided',
      { batch: 1, size: [5, 4], channels: 3, filters: 400, strides: [2, 2] },
    ],
    [
      'few channels and several blocks of windows',
      { batch: 3, size: [28, 28], channels: 1, filters: 9, kernel: [4, 4], strides: [2, 2] },
    ],
    ['windows in several parts', { batch: 8, size: [16, 16], channels: 2, filters: 5, kernel: [3, 2] }],
    [
      'channels that leave part of a panel over, strided',
      { size: [8, 8], channels: 12, kernel: [4, 4], strides: [2, 2] },
    ],
    ['a filter as large as its input', { size: [12, 11], kernel: [12, 11], pad: 'valid' }],
    ['a filter of one', { channels: 70, kernel: [1, 1] }],
    ['no images', { batch: 0 }],
    ['no filters', { filters: 0 }],
    ['no channels', { channels: 0 }],
    ['no place for a filter', { size: [2, 2], pad: 'valid' }],
  ])('%s', async (_, special) => {
    await expectAll({ ...plain, ...special });
  });

  it('refuses a filter that does not fit', async () => {
    await useBackend('wasm');
    const tensors = [sample([1, 2, 2, 1]), sample([4, 4, 1, 1])].map(({ shape, values }) =>
      tensor(values as Float32Array, [...shape]),
    );
    expect(() => conv2d(tensors[0] as Tensor4D, tensors[1] as Tensor4D, 1, 'valid')).toThrow('does not fit');
    for (const t of tensors) t.dispose();
  });

  it('channels before rows, everywhere', async () => {
    const c: ConvolutionCase = {
      ...plain,
      strides: [2, 1],
      kernel: [3, 2],
      pad: [
        [0, 0],
        [1, 0],
        [2, 1],
        [0, 0],
      ],
    };
    const first = ([a, y, x, d]: readonly number[]) => [a!, d!, y!, x!];
    const [images, others] = [
      [0, 3, 1, 2],
      [0, 2, 3, 1],
    ];
    const attrs = { ...attributesOf(c), dataFormat: 'NCHW', pad: first(c.pad as never) };
    const [x, w, dy] = [sample(inputShape(c)), sample(filterShape(c), 2), sample(outputShape(c), 3)];
    const back = (y: Tensor) => transpose(y, others);
    const turned = (y: Tensor) => transpose(y, images);
    await expectKernel(
      (x, filter) => back(run('Conv2D', { x: turned(x!), filter: filter! }, attrs)),
      [x, w],
      [forward(c, x, w)],
    );
    const shapes = { inputShape: first(inputShape(c)), filterShape: filterShape(c) };
    const input = (dy: Tensor, filter: Tensor) =>
      back(run('Conv2DBackpropInput', { dy: turned(dy), filter }, { ...attrs, ...shapes }));
    await expectKernel(input as never, [dy, w], [toInput(c, dy, w)]);
    const slopes = sample([4], 6);
    const fusedAttrs = { ...attrs, activation: 'prelu' };
    const fused = (x: Tensor, filter: Tensor, bias: Tensor, alpha: Tensor) =>
      back(run('FusedConv2D', { x: turned(x), filter, bias, preluActivationWeights: alpha }, fusedAttrs));
    const bent = mapped(forward(c, x, w), (y, f) => (y + 0.5 < 0 ? slopes.values[f]! * (y + 0.5) : y + 0.5));
    const bias = { shape: [4], values: [0.5, 0.5, 0.5, 0.5] };
    await expectKernel(fused as never, [x, w, bias, slopes], [bent]);
    await expectKernel(fused as never, [x, w, bias, { ...slopes, shape: [4, 1, 1] }], [bent]);
    const filter = (x: Tensor, dy: Tensor) =>
      run('Conv2DBackpropFilter', { x: turned(x), dy: turned(dy) }, { ...attrs, ...shapes });
    await expectKernel(filter as never, [x, dy], [toFilter(c, x, dy)]);
  });

  it('through the gradient of tfjs, a dilated one too, and the transposed convolution', async () => {
    const c: ConvolutionCase = { ...plain, dilations: [2, 2] };
    const [x, w] = [sample(inputShape(c)), sample(filterShape(c), 2)];
    const dy = sample(outputShape(c), 3);
    const weights = () => tensor(dy.values as Float32Array, [...dy.shape]);
    const y = (x: Tensor, w: Tensor) => sum(mul(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', 2), weights()));
    await expectKernel((x, w) => grad((x) => y(x, w!))(x!), [x, w], [toInput(c, dy, w)]);
    await expectKernel((x, w) => grad((w) => y(x!, w))(w!), [x, w], [toFilter(c, x, dy)]);
    const strided: ConvolutionCase = { ...plain, kernel: [4, 4], strides: [2, 2] };
    const [z, v] = [sample(outputShape(strided)), sample(filterShape(strided), 2)];
    const wide = (z: Tensor, v: Tensor) =>
      conv2dTranspose(z as Tensor4D, v as Tensor4D, inputShape(strided) as never, 2, 'same');
    await expectKernel(wide as never, [z, v], [toInput(strided, z, v)]);
  });
});

describe('fused convolutions on wasm', () => {
  const [bias, slopes] = [sample([4], 5), sample([4], 6)];
  const activations = activationsOf(0.3, slopes.values);
  type Activation = keyof typeof activations;
  const names = Object.keys(activations) as Activation[];

  test.prop([fc.constantFrom(...names), fc.boolean(), fc.constantFrom(1, 4, 70)], { numRuns: 40 })(
    'add a bias and apply an activation',
    async (activation, biased, channels) => {
      const c: ConvolutionCase = { ...plain, channels };
      const [x, w] = [sample(inputShape(c)), sample(filterShape(c), 2)];
      const sums = mapped(forward(c, x, w), (y, f) => (biased ? y + bias.values[f]! : y));
      const f = (x: Tensor, w: Tensor, bias: Tensor, alpha: Tensor) =>
        fused.conv2d({
          ...{ x: x as Tensor4D, filter: w as Tensor4D, strides: 1, pad: 'same', activation, leakyreluAlpha: 0.3 },
          ...(biased && { bias }),
          ...(activation === 'prelu' && { preluActivationWeights: alpha }),
        });
      await expectKernel(f as never, [x, w, bias, slopes], [mapped(sums, activations[activation])]);
    },
  );

  it('with a bias and slopes for each place, or one for all', async () => {
    const [x, w] = [sample(inputShape(plain)), sample(filterShape(plain), 2)];
    const places = sample([6, 6, 4], 8);
    const one = { shape: [], values: [0.25] };
    const f = (x: Tensor, w: Tensor, bias: Tensor, alpha: Tensor) =>
      fused.conv2d({
        ...{ x: x as Tensor4D, filter: w as Tensor4D, bias, strides: 1, pad: 'same' },
        ...{ activation: 'prelu', preluActivationWeights: alpha },
      });
    const y = forward(plain, x, w);
    const shifted = { ...y, values: Float64Array.from(y.values, (v, i) => v + places.values[i % 144]!) };
    const bent = {
      ...y,
      values: Float64Array.from(y.values, (v, i) => (v + 0.25 < 0 ? (v + 0.25) * places.values[i % 144]! : v + 0.25)),
    };
    await expectKernel(f as never, [x, w, one, places], [bent]);
    await expectKernel(f as never, [x, w, places, one], [mapped(shifted, (v) => (v < 0 ? 0.25 * v : v))]);
  });
});

describe('NaN and infinities in convolutions on wasm', () => {
  const [N, I] = [Number.NaN, Infinity];
  const x = { shape: [1, 3, 3, 1], values: [N, 1, 2, 3, 4, 5, 6, 7, I] };
  const ones = { shape: [2, 2, 1, 1], values: [1, 1, 1, 1] };
  const y = { shape: [1, 2, 2, 1], values: [N, 12, 20, I] };
  const attrs = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC' };

  it('stay where a window meets them', async () => {
    await expectKernel((x, filter) => run('Conv2D', { x: x!, filter: filter! }, attrs), [x, ones], [y]);
    const rectified = (x: Tensor, filter: Tensor, activation: 'relu' | 'relu6') =>
      fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides: 1, pad: 'valid', activation });
    await expectKernel((x, filter) => rectified(x!, filter!, 'relu'), [x, ones], [y]);
    await expectKernel((x, filter) => rectified(x!, filter!, 'relu6'), [x, ones], [{ ...y, values: [N, 6, 6, 6] }]);
    await expectKernel((x, filter) => relu(run('Conv2D', { x: x!, filter: filter! }, attrs)), [x, ones], [y]);
  });

  it('stay in the gradients', async () => {
    const input = (dy: Tensor, filter: Tensor) =>
      run('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape });
    const dx = { shape: x.shape, values: [N, N, 12, N, N, I, 20, I, I] };
    await expectKernel(input as never, [y, ones], [dx]);
    const filter = (x: Tensor, dy: Tensor) =>
      run('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: ones.shape });
    const dw = { shape: ones.shape, values: [N, 12, 20, I] };
    await expectKernel(filter as never, [x, { shape: y.shape, values: [1, 1, 1, 1] }], [dw]);
  });
});
