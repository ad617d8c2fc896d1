import { fc, test } from '@fast-check/vitest';
import {
  depthwiseConv2d,
  engine,
  fused,
  grad,
  mul,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
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

const inputShape = ({ batch, size, channels }: ConvolutionCase) => [batch, ...size, channels];
const filterShape = ({ kernel, channels, filters }: ConvolutionCase) => [...kernel, channels, filters];
const outputShape = (c: ConvolutionCase) => [c.batch, ...placesOf(c).sizes, c.channels * c.filters];
const empty = (shape: readonly number[]) => ({ shape, values: new Float64Array(shape.reduce((a, b) => a * b, 1)) });

function accumulate(c: ConvolutionCase, add: (x: number, w: number, y: number) => void): void {
  const depth = c.channels * c.filters;
  meet(c, (_, output, tap, input) => {
    for (let d = 0; d < depth; d++)
      add(input * c.channels + Math.floor(d / c.filters), tap * depth + d, output * depth + d);
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

/** All three kernels. */
async function expectAll(c: ConvolutionCase): Promise<void> {
  const attrs = attributesOf(c);
  const [x, w, dy] = [sample(inputShape(c)), sample(filterShape(c), 2), sample(outputShape(c), 3)];
  await expectKernel(
    (x, filter) => run('DepthwiseConv2dNative', { x: x!, filter: filter! }, attrs),
    [x, w],
    [forward(c, x, w)],
  );
  const input = (dy: Tensor, filter: Tensor) =>
    run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: inputShape(c) });
  await expectKernel(input as never, [dy, w], [toInput(c, dy, w)]);
  const filter = (x: Tensor, dy: Tensor) =>
    run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: filterShape(c) });
  await expectKernel(filter as never, [x, dy], [toFilter(c, x, dy)]);
}

const plain = {
  batch: 2,
  size: [6, 6],
  channels: 3,
  filters: 1,
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pad: 'same',
} as const;

describe('depthwise convolutions on wasm against float64', () => {
  const filters = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 }));
  test.prop([convolutionCases, filters], { numRuns: 100 })(
    'of every size, stride, dilation and padding',
    (c, filters) => expectAll({ ...c, filters }),
  );

  it.each<[string, Partial<ConvolutionCase>]>([
    ['a filter of padding same that ends before its input', { kernel: [2, 2], strides: [3, 3] }],
    ['many images', { batch: 37, channels: 20 }],
    ['rows in several tasks', { size: [40, 40], channels: 30 }],
    ['many filters a channel', { channels: 2, filters: 33 }],
    ['no images', { batch: 0 }],
    ['no channels', { channels: 0 }],
    ['no filters', { filters: 0 }],
    ['no place for a filter', { size: [2, 2], pad: 'valid' }],
  ])('%s', async (_, special) => {
    await expectAll({ ...plain, ...special });
  });

  it('through the gradient of tfjs, a dilated one too', async () => {
    const c: ConvolutionCase = { ...plain, dilations: [2, 2], filters: 2 };
    const [x, w, dy] = [sample(inputShape(c)), sample(filterShape(c), 2), sample(outputShape(c), 3)];
    const weights = () => tensor(dy.values as Float32Array, [...dy.shape]);
    const y = (x: Tensor, w: Tensor) =>
      sum(mul(depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', 2), weights()));
    await expectKernel((x, w) => grad((x) => y(x, w!))(x!), [x, w], [toInput(c, dy, w)]);
    await expectKernel((x, w) => grad((w) => y(x!, w))(w!), [x, w], [toFilter(c, x, dy)]);
  });
});

describe('fused depthwise convolutions on wasm', () => {
  const activations = (slopes: Numbers) => activationsOf(0.3, slopes.values);
  const names = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

  test.prop([fc.constantFrom(...names), fc.boolean(), fc.constantFrom(1, 3, 20), fc.constantFrom(1, 2)], {
    numRuns: 40,
  })('add a bias and apply an activation', async (activation, biased, channels, filters) => {
    const c: ConvolutionCase = { ...plain, channels, filters };
    const [bias, slopes] = [sample([channels * filters], 5), sample([channels * filters], 6)];
    const [x, w] = [sample(inputShape(c)), sample(filterShape(c), 2)];
    const sums = mapped(forward(c, x, w), (y, f) => (biased ? y + bias.values[f]! : y));
    const f = (x: Tensor, w: Tensor, bias: Tensor, alpha: Tensor) =>
      fused.depthwiseConv2d({
        ...{ x: x as Tensor4D, filter: w as Tensor4D, strides: 1, pad: 'same', activation, leakyreluAlpha: 0.3 },
        ...(biased && { bias }),
        ...(activation === 'prelu' && { preluActivationWeights: alpha }),
      });
    await expectKernel(f as never, [x, w, bias, slopes], [mapped(sums, activations(slopes)[activation])]);
  });
});

describe('NaN and infinities in depthwise convolutions on wasm', () => {
  const [N, I] = [Number.NaN, Infinity];
  const x = { shape: [1, 3, 3, 1], values: [N, 1, 2, 3, 4, 5, 6, 7, I] };
  const ones = { shape: [2, 2, 1, 1], values: [1, 1, 1, 1] };
  const y = { shape: [1, 2, 2, 1], values: [N, 12, 20, I] };
  const attrs = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC' };

  it('stay where a window meets them', async () => {
    const rectified = (x: Tensor, filter: Tensor, activation: 'linear' | 'relu' | 'relu6') =>
      fused.depthwiseConv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides: 1, pad: 'valid', activation });
    await expectKernel((x, filter) => rectified(x!, filter!, 'linear'), [x, ones], [y]);
    await expectKernel((x, filter) => rectified(x!, filter!, 'relu'), [x, ones], [y]);
    await expectKernel((x, filter) => rectified(x!, filter!, 'relu6'), [x, ones], [{ ...y, values: [N, 6, 6, 6] }]);
  });

  it('stay in the gradients', async () => {
    const input = (dy: Tensor, filter: Tensor) =>
      run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, dilations: 1, inputShape: x.shape });
    await expectKernel(input as never, [y, ones], [{ shape: x.shape, values: [N, N, 12, N, N, I, 20, I, I] }]);
    const filter = (x: Tensor, dy: Tensor) =>
      run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, dilations: 1, filterShape: ones.shape });
    const dy = { shape: y.shape, values: [1, 1, 1, 1] };
    await expectKernel(filter as never, [x, dy], [{ shape: ones.shape, values: [N, 12, 20, I] }]);
  });
});
