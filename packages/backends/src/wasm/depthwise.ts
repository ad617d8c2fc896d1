import { DepthwiseConv2dNative, FusedDepthwiseConv2D, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Finish, NOTHING } from './activation.js';
import { finished } from './convolution.js';
import { type Axis, each, geometry, written } from './geometry.js';
import { type Attributes, type Body, isFloat, sizeOf, type Tools } from './kernel.js';

/** Into how many parts the images are cut for the gradient of a filter, if there are so many. */
const PARTS = 16;

/**
 * The sums of one result along an axis: where each begins in the first operand and in the second, how many products it has; and
 * how far apart those are in both.
 */
interface Sums {
  readonly table: readonly (readonly [a: number, b: number, count: number])[];
  readonly aStep: number;
  readonly bStep: number;
}

/** For each place of y: places of x and taps. */
function forward({ filter, input, output, before, stride, dilation }: Axis): Sums {
  const table = each(output, (place) => {
    const start = place * stride - before;
    const first = Math.max(0, Math.ceil(-start / dilation));
    const last = Math.min(filter - 1, Math.floor((input - 1 - start) / dilation));
    return sum(start + first * dilation, first, last - first + 1);
  });
  return { table, aStep: dilation, bStep: 1 };
}

/** For each place of dx: places of dy, and the taps by which that place went into them. */
function toInput({ filter, input, output, before, stride, dilation }: Axis): Sums {
  const common = divisor(stride, dilation);
  const table = each(input, (place) => {
    const from = (tap: number) => (place + before - tap * dilation) / stride;
    const taps = each(filter, (tap) => tap).filter((tap) => {
      return Number.isInteger(from(tap)) && from(tap) >= 0 && from(tap) < output;
    });
    return sum(from(taps[0] ?? 0), taps[0] ?? 0, taps.length);
  });
  return { table, aStep: -dilation / common, bStep: stride / common };
}

/** For each tap: places of x and the places of y that they went into. */
function toFilter({ filter, input, output, before, stride, dilation }: Axis): Sums {
  const table = each(filter, (tap) => {
    const start = tap * dilation - before;
    const first = Math.max(0, Math.ceil(-start / stride));
    const last = Math.min(output - 1, Math.floor((input - 1 - start) / stride));
    return sum(start + first * stride, first, last - first + 1);
  });
  return { table, aStep: stride, bStep: 1 };
}

const sum = (a: number, b: number, count: number) =>
  (count > 0 ? [a, b, count] : [0, 0, 0]) as [number, number, number];

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

type Size = readonly [height: number, width: number, channels: number];

/** As kernels/depthwise.ts reads it. */
function planned(
  tools: Tools,
  images: number,
  sizes: readonly [a: Size, b: Size, result: Size],
  rows: Sums,
  columns: Sums,
  multiplier: number,
) {
  const steps = [rows.aStep, columns.aStep, rows.bStep, columns.bStep];
  return written(tools, [images, ...sizes.flat(), ...steps, multiplier, ...rows.table.flat(), ...columns.table.flat()]);
}

/** y = activation(x ∗ filter + bias), each channel by filters of its own. */
function convolved(
  tools: Tools,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Attributes,
  bias: number,
  finish: Finish,
): TensorInfo {
  const { rows, columns, batch, channels, filters } = geometry(x.shape, filter.shape, attrs, true);
  const y = tools.make([batch, rows.output, columns.output, channels * filters]);
  if (sizeOf(y) === 0) return y;
  const sizes = [size(x), [rows.filter, columns.filter, channels * filters], size(y)] as const;
  const plan = planned(tools, batch, sizes, forward(rows), forward(columns), filters);
  positions(tools, plan, [x, filter, y], rows.filter * columns.filter, bias, finish);
  return y;
}

function positions(
  { kernels, at }: Tools,
  plan: number,
  [a, b, result]: TensorInfo[],
  taps: number,
  bias: number,
  finish: Finish,
) {
  kernels.depthwise!(plan, at(a!), at(b!), at(result!), taps, bias, finish.kind, finish.slope, finish.slopes);
}

const size = ({ shape }: TensorInfo) => shape.slice(1) as [number, number, number];

/** Gradient of a depthwise convolution for its input, which tfjs lacks for wasm. */
export const depthwiseBackpropInput: Body = ({ dy, filter }, attrs, tools) => {
  checkFloat('depthwiseConv2dNativeBackpropInput', dy!, filter!);
  const { rows, columns, channels, filters, batch } = geometry(attrs.inputShape, filter!.shape, attrs, true);
  const dx = tools.make([batch, rows.input, columns.input, channels]);
  if (sizeOf(dx) === 0) return dx;
  const sizes = [size(dy!), [rows.filter, columns.filter, channels * filters], size(dx)] as const;
  const plan = planned(tools, batch, sizes, toInput(rows), toInput(columns), filters);
  positions(tools, plan, [dy!, filter!, dx], rows.filter * columns.filter, 0, NOTHING);
  return dx;
};

/** Gradient of a depthwise convolution for its filter, which tfjs lacks for wasm. */
export const depthwiseBackpropFilter: Body = ({ x, dy }, attrs, tools) => {
  checkFloat('depthwiseConv2dNativeBackpropFilter', x!, dy!);
  const { rows, columns, channels, filters, batch } = geometry(x!.shape, attrs.filterShape, attrs, true);
  const dw = tools.make([rows.filter, columns.filter, channels, filters]);
  if (sizeOf(dw) === 0) return dw;
  const sizes = [size(x!), size(dy!), [rows.filter, columns.filter, channels * filters]] as const;
  const plan = planned(tools, batch, sizes, toFilter(rows), toFilter(columns), filters);
  const parts = Math.max(1, Math.min(PARTS, batch));
  const { kernels, at, room } = tools;
  kernels.depthwiseBackpropFilter!(plan, at(x!), at(dy!), at(dw), parts, room(4 * parts * sizeOf(dw) + 64));
  return dw;
};

function checkFloat(name: string, a: TensorInfo, b: TensorInfo): void {
  util.assert(isFloat(a, b), () => `Error in ${name}: expected float32, received ${a.dtype} and ${b.dtype}.`);
}

const filtersOf = ({ shape }: TensorInfo) => shape[2]! * shape[3]!;

export const depthwiseConv2D: Body = finished(DepthwiseConv2dNative, convolved, filtersOf);
export const fusedDepthwiseConv2D: Body = finished(FusedDepthwiseConv2D, convolved, filtersOf);
