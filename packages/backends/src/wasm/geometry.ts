import { backend_util, util } from '@tensorflow/tfjs-core';
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
  util.assert(
    rows.output >= 0 && columns.output >= 0,
    () => `Error in convolution: a filter [${filterShape}] does not fit into an input [${inputShape}].`,
  );
  return { rows, columns, batch: info.batchSize, channels: info.inChannels, filters: filterShape[3]! };
}

/** The address of a plan, as the kernels read it. */
export function written({ make, view, at }: Tools, numbers: readonly number[]): number {
  const plan = make([numbers.length], 'int32');
  (view(plan) as unknown as Int32Array).set(numbers);
  return at(plan);
}

/** 0 … count − 1, each through f. */
export const each = <T>(count: number, f: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => f(index));
