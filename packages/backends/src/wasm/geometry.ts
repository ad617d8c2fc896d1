import { backend_util, DepthwiseConv2dNative, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Attributes, Tools } from './kernel.js';

/** A convolution along rows or columns: sizes, zeros before, stride. */
export interface Axis {
  readonly filter: number;
  readonly input: number;
  readonly output: number;
  readonly before: number;
  readonly stride: number;
  readonly dilation: number;
}

type Shape4D = [number, number, number, number];

/** The sizes of a convolution of an input [batch, height, width, channels] by a filter [height, width, channels, filters]. */
export function geometry(inputShape: number[], filterShape: number[], attrs: Attributes, depthwise = false) {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    'channelsLast',
  );
  const rows: Axis = {
    filter: info.filterHeight,
    input: info.inHeight,
    output: info.outHeight,
    before: info.padInfo.top,
    stride: info.strideHeight,
    dilation: info.dilationHeight,
  };
  const columns: Axis = {
    filter: info.filterWidth,
    input: info.inWidth,
    output: info.outWidth,
    before: info.padInfo.left,
    stride: info.strideWidth,
    dilation: info.dilationWidth,
  };
  return { rows, columns, batch: info.batchSize, channels: info.inChannels, filters: filterShape[3]! };
}

/**
 * Convolves x, framed by the zeros that `frame` asks for before and after its rows and columns; negative numbers cut off.
 * Where nothing of x is left, all is zero (XNNPACK refuses an empty input).
 */
export function framedConvolution(
  { call, zeros }: Tools,
  kernel: string,
  { x, filter }: { readonly x: TensorInfo; readonly filter: TensorInfo },
  frame: readonly (readonly [number, number])[],
  steps: { readonly strides: number[]; readonly dilations: number[] },
): TensorInfo {
  const begin = [0, ...frame.map(([before]) => Math.max(0, -before)), 0];
  const size = x.shape.map((length, axis) => length - begin[axis]! - Math.max(0, -(frame[axis - 1]?.[1] ?? 0)));
  if (size.some((length) => length <= 0)) return zeros(outputShape(kernel, x, filter, frame, steps));
  const whole = size.every((length, axis) => length === x.shape[axis]);
  const pad = [[0, 0], ...frame.map((ends) => ends.map((count) => Math.max(0, count))), [0, 0]];
  const inner = whole ? x : call('Slice', { x }, { begin, size });
  return call(kernel, { x: inner, filter }, { ...steps, pad, dataFormat: 'NHWC' });
}

function outputShape(
  kernel: string,
  x: TensorInfo,
  { shape: [height, width, channels, filters] }: TensorInfo,
  frame: readonly (readonly [number, number])[],
  { strides, dilations }: { readonly strides: number[]; readonly dilations: number[] },
): number[] {
  const taps = [height!, width!];
  const sizes = frame.map(([before, after], axis) => {
    const room = x.shape[axis + 1]! + before + after - (taps[axis]! - 1) * dilations[axis]! - 1;
    return Math.floor(room / strides[axis]!) + 1;
  });
  return [x.shape[0]!, ...sizes, kernel === DepthwiseConv2dNative ? channels! * filters! : filters!];
}
