import { DepthwiseConv2dNative, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { reached } from './convolution.js';
import { type Axis, framedConvolution, geometry } from './geometry.js';
import { type Body, type Call, shaped, transpose } from './kernel.js';

/**
 * Gradient of a depthwise convolution for its input: dy, with stride − 1 zeros after each row and column, convolved by the filter
 * turned over. A channel with several filters becomes that many channels, summed at the end.
 */
export const depthwiseBackpropInput: Body = ({ dy, filter }, attrs, tools) => {
  const { call } = tools;
  const { rows, columns, channels, filters, batch } = geometry(attrs.inputShape, filter!.shape, attrs, true);
  const turned = call('Reverse', { x: filter! }, { dims: [0, 1] });
  const operands = {
    x: spaced(call, dy!, rows.stride, columns.stride),
    filter: shaped(turned, [rows.filter, columns.filter, channels * filters, 1]),
  };
  const steps = { strides: [1, 1], dilations: [rows.dilation, columns.dilation] };
  const frame = [surroundings(rows), surroundings(columns)];
  const parts = framedConvolution(tools, DepthwiseConv2dNative, operands, frame, steps);
  const shape = [batch, rows.input, columns.input, channels];
  if (filters === 1) return shaped(parts, shape);
  return call('Sum', { x: shaped(parts, [...shape, filters]) }, { axis: [4], keepDims: false });
};

function surroundings({ filter, input, output, before, stride, dilation }: Axis): readonly [number, number] {
  return [(filter - 1) * dilation - before, input + before - output * stride];
}

/** x with zeros after each row and column, so that they lie a stride apart. */
function spaced(call: Call, x: TensorInfo, vertical: number, horizontal: number): TensorInfo {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const wide = apart(call, x, batch * height * width, horizontal);
  const tall = apart(call, wide, batch * height, vertical);
  return shaped(tall, [batch, height * vertical, width * horizontal, channels]);
}

/** x, seen as `count` blocks, with stride − 1 blocks of zeros after each. */
function apart(call: Call, x: TensorInfo, count: number, stride: number): TensorInfo {
  if (stride === 1) return x;
  const length = util.sizeFromShape(x.shape) / count;
  const paddings = [
    [0, 0],
    [0, (stride - 1) * length],
  ];
  return call('PadV2', { x: shaped(x, [count, length]) }, { paddings, constantValue: 0 });
}

/**
 * Gradient of a depthwise convolution for its filter: a depthwise convolution again, with every example as channels of its own and
 * dy as the filter, stride and dilation exchanged; then the sum over the examples.
 */
export const depthwiseBackpropFilter: Body = ({ x, dy }, attrs, tools) => {
  const { call } = tools;
  const { rows, columns, channels, filters, batch } = geometry(x!.shape, attrs.filterShape, attrs, true);
  const depth = batch * channels;
  const operands = {
    x: shaped(transpose(call, x!, [1, 2, 0, 3]), [1, rows.input, columns.input, depth]),
    filter: shaped(transpose(call, dy!, [1, 2, 0, 3]), [rows.output, columns.output, depth, filters]),
  };
  const steps = { strides: [rows.dilation, columns.dilation], dilations: [rows.stride, columns.stride] };
  const sums = framedConvolution(tools, DepthwiseConv2dNative, operands, [reached(rows), reached(columns)], steps);
  const perExample = shaped(sums, [rows.filter * columns.filter, batch, channels * filters]);
  const total = call('Sum', { x: perExample }, { axis: [1], keepDims: false });
  return shaped(total, [rows.filter, columns.filter, channels, filters]);
};
