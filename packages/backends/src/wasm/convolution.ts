import {
  Conv2D,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  FusedConv2D,
  FusedDepthwiseConv2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { activated } from './matMul.js';
import { type Axis, framedConvolution, geometry } from './geometry.js';
import { type Attributes, type Body, type Call, shaped, type Tools, transpose } from './kernel.js';

/**
 * Gradient of a convolution for its filter, which tfjs lacks for wasm: itself a convolution, of x with channels for batch and
 * batch for channels, by dy as the filter, with the stride as its dilation.
 */
export const conv2DBackpropFilter: Body = ({ x, dy }, attrs, tools) => {
  const { rows, columns, channels, filters } = geometry(x!.shape, attrs.filterShape, attrs);
  const turned = { x: transpose(tools.call, x!, [3, 1, 2, 0]), filter: transpose(tools.call, dy!, [1, 2, 0, 3]) };
  const steps = { strides: [1, 1], dilations: [rows.stride, columns.stride] };
  const sums = framedConvolution(tools, Conv2D, turned, [reached(rows), reached(columns)], steps);
  return shaped(transpose(tools.call, sums, [1, 2, 0, 3]), [rows.filter, columns.filter, channels, filters]);
};

/** The frame around x in which dy, dilated by the stride, has as many places as the filter. */
export function reached({ filter, input, output, before, stride, dilation }: Axis): readonly [number, number] {
  return [before, (filter - 1) * dilation + 1 + (output - 1) * stride - input - before];
}

/**
 * Gradient of a convolution for its input, and the transposed convolution. dx at row stride·u + r is a plain convolution of dy by
 * every stride-th row of the filter, turned over: dx is made of stride² interleaved plain convolutions (its phases). Few
 * channels would leave vectors half empty, so all phases are done at once then, as channels of one convolution whose filters
 * are filled up with zeros. tfjs's own kernel is plain loops, 4 to 20 times slower.
 */
export const conv2DBackpropInput: Body = ({ dy, filter }, attrs, tools) => {
  const { call, stock } = tools;
  if (attrs.dataFormat === 'NCHW') return stock(Conv2DBackpropInput, { dy: dy!, filter: filter! }, attrs);
  const { rows, columns, channels, batch } = geometry(attrs.inputShape, filter!.shape, attrs);
  const together = channels * rows.stride * columns.stride <= 8;
  const turned = transpose(call, filter!, [0, 1, 3, 2]);
  const columnGroups = phases(columns, together);
  const lines = phases(rows, together).map((row) => {
    const parts = columnGroups.map((column) => {
      const operands = { x: dy!, filter: tapsOf(tools, turned, row, column) };
      const part = framedConvolution(tools, Conv2D, operands, [row.frame, column.frame], plain);
      return unfolded(call, part, row.phases.length, column.phases.length);
    });
    return interleaved(call, parts, 2);
  });
  const whole = interleaved(call, lines, 1);
  const size = [batch, rows.input, columns.input, channels];
  return whole.shape.every((length, axis) => length === size[axis])
    ? whole
    : call('Slice', { x: whole }, { begin: [0, 0, 0, 0], size });
};

const plain = { strides: [1, 1], dilations: [1, 1] };

/** Rows r of every `stride` rows of dx that one convolution makes, and the rows of dy, relative to u, that they are made of. */
interface Group {
  readonly phases: readonly number[];
  readonly offsets: readonly number[];
  readonly frame: readonly [number, number];
  /** The row of the filter by which phase r takes offset o; outside the filter, zeros. */
  readonly tap: (phase: number, offset: number) => number;
}

function phases({ filter, input, output, before, stride }: Axis, together: boolean): Group[] {
  const all = Array.from({ length: stride }, (_, phase) => phase);
  const height = Math.ceil(input / stride);
  return (together ? [all] : all.map((phase) => [phase])).map((members) => {
    const last = Math.floor((members.at(-1)! + before) / stride);
    const first = Math.min(last, Math.ceil((members[0]! + before - filter + 1) / stride));
    return {
      phases: members,
      offsets: Array.from({ length: last - first + 1 }, (_, index) => first + index),
      frame: [-first, height + last - output],
      tap: (phase, offset) => phase + before - stride * offset,
    };
  });
}

/** The filter of a group: [rows of dy, columns of dy, filters, phases × phases × channels]. */
function tapsOf({ zeros, view }: Tools, turned: TensorInfo, row: Group, column: Group): TensorInfo {
  const [height, width, filters, channels] = turned.shape as [number, number, number, number];
  const depth = row.phases.length * column.phases.length * channels;
  const result = zeros([row.offsets.length, column.offsets.length, filters, depth]);
  const [from, to] = [view(turned), view(result)];
  for (const [i, above] of row.offsets.entries()) {
    for (const [j, left] of column.offsets.entries()) {
      for (const [place, [y, x]] of pairs(row, above, column, left).entries()) {
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const [source, target] = [
          (y * width + x) * filters * channels,
          (i * column.offsets.length + j) * filters * depth,
        ];
        for (let f = 0; f < filters; f++) {
          const start = source + f * channels;
          to.set(from.subarray(start, start + channels), target + f * depth + place * channels);
        }
      }
    }
  }
  return result;
}

const pairs = (row: Group, above: number, column: Group, left: number) =>
  row.phases.flatMap((r) => column.phases.map((c) => [row.tap(r, above), column.tap(c, left)] as const));

/** [batch, height, width, rows × columns × channels] to [batch, height × rows, width × columns, channels]. */
function unfolded(call: Call, x: TensorInfo, rows: number, columns: number): TensorInfo {
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const shape = [batch, height * rows, width * columns, depth / rows / columns];
  if (rows * columns === 1) return x;
  return shaped(transpose(call, shaped(x, [batch * height, width, rows, depth / rows]), [0, 2, 1, 3]), shape);
}

/** The first of each part along `axis`, the second of each, and so on. */
function interleaved(call: Call, parts: readonly TensorInfo[], axis: number): TensorInfo {
  const [first] = parts as [TensorInfo];
  if (parts.length === 1) return first;
  const outer = first.shape.slice(0, axis + 1).reduce((a, b) => a * b, 1);
  const inner = first.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const stacked = shaped(call('Concat', parts, { axis: 0 }), [parts.length, outer, inner]);
  const shape = first.shape.map((size, index) => (index === axis ? size * parts.length : size));
  return shaped(transpose(call, stacked, [1, 0, 2]), shape);
}

/**
 * Convolution. XNNPACK miscounts padding 'same' when the filter's last place ends before the input does, and gives zeros: spelled
 * out in numbers the same padding is right.
 */
const spelled =
  (kernel: string, depthwise: boolean): Body =>
  (inputs, attrs, { stock }) =>
    stock(kernel, inputs, { ...attrs, pad: spelledPadding(inputs.x!, inputs.filter!, attrs, depthwise) });
export const conv2D = spelled(Conv2D, false);
export const depthwiseConv2D = spelled(DepthwiseConv2dNative, true);

function spelledPadding(x: TensorInfo, filter: TensorInfo, attrs: Attributes, depthwise: boolean): Attributes['pad'] {
  if (attrs.pad !== 'same') return attrs.pad;
  const { rows, columns } = geometry(x.shape, filter.shape, attrs, depthwise);
  return [[0, 0], around(rows), around(columns), [0, 0]];
}

function around({ filter, input, output, before, stride, dilation }: Axis): [number, number] {
  const reach = (output - 1) * stride + (filter - 1) * dilation + 1;
  return [before, Math.max(0, reach - input - before)];
}

/** XNNPACK's fused relu and relu6 turn NaN into a bound; the bias stays fused, the activation does not. */
const fused =
  (kernel: string, depthwise: boolean): Body =>
  ({ preluActivationWeights, ...inputs }, attrs, tools) => {
    const pad = spelledPadding(inputs.x!, inputs.filter!, attrs, depthwise);
    const sum = tools.stock(kernel, inputs, { ...attrs, pad, activation: 'linear' });
    return activated(tools, sum, attrs, preluActivationWeights);
  };
export const fusedConv2D = fused(FusedConv2D, false);
export const fusedDepthwiseConv2D = fused(FusedDepthwiseConv2D, true);
