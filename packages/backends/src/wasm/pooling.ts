import { AvgPool, AvgPoolGrad, backend_util, MaxPool, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Attributes, type Body, isFloat, shaped, type Tools } from './kernel.js';

/** What is made of a window, by the numbers of kernels/pooling.ts. */
const kinds = { max: 0, mean: 1, sum: 2 };

/** A window along rows or columns: of how many places, how far from one to the next, zeros before, places of input and output. */
interface Axis {
  readonly window: number;
  readonly stride: number;
  readonly before: number;
  readonly input: number;
  readonly output: number;
}

/** `output` tells the shape of what is pooled, where it is known: the gradient's attributes may lack how sizes were rounded. */
function geometry(
  { shape }: TensorInfo,
  { filterSize, strides, pad, dimRoundingMode }: Attributes,
  output?: TensorInfo,
) {
  const sizes = shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(sizes, filterSize, strides, 1, pad, dimRoundingMode);
  const [batch, height, width, channels] = sizes;
  const [, outHeight, outWidth] = (output?.shape ?? info.outShape) as typeof sizes;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const rows: Axis = {
    window: filterHeight,
    stride: strideHeight,
    before: padInfo.top,
    input: height,
    output: outHeight,
  };
  const columns: Axis = {
    window: filterWidth,
    stride: strideWidth,
    before: padInfo.left,
    input: width,
    output: outWidth,
  };
  return { batch, channels, rows, columns, pooled: [batch, outHeight, outWidth, channels] };
}

/** For each place of the output, the first place of the input that its window holds, and the one after the last. */
const windows = ({ window, stride, before, input, output }: Axis) =>
  Array.from({ length: output }, (_, place) => {
    const first = place * stride - before;
    return span(first, first + window, input);
  });

/** For each place of the input, the first place of the output whose window holds it, and the one after the last. */
const holders = ({ window, stride, before, input, output }: Axis) =>
  Array.from({ length: input }, (_, place) => {
    const last = Math.floor((place + before) / stride);
    return span(Math.ceil((place + before - window + 1) / stride), last + 1, output);
  });

function span(first: number, end: number, length: number): readonly [number, number] {
  const start = Math.max(first, 0);
  return [start, Math.max(start, Math.min(end, length))];
}

/** The addresses of two tables of spans. */
function tables({ make, view, at }: Tools, rows: ReturnType<typeof span>[], columns: ReturnType<typeof span>[]) {
  const table = make([2 * (rows.length + columns.length)], 'int32');
  view(table).set([...rows, ...columns].flat());
  return [at(table), at(table) + 8 * rows.length] as const;
}

/** NaN in a window gives NaN; tfjs's own kernels hide it. A window that lies outside gives −∞ or NaN, as on cpu. */
const pooling =
  (kernel: string, kind: number): Body =>
  ({ x }, attrs, tools) => {
    if (!isFloat(x)) return tools.stock(kernel, { x: x! }, attrs);
    const { batch, channels, rows, columns, pooled } = geometry(x!, attrs);
    // As on cpu, also where padding moves the windows away from their places.
    if (rows.window * columns.window === 1 && pooled.every((size, axis) => size === x!.shape[axis])) {
      return shaped(x!, pooled);
    }
    const y = tools.make(pooled);
    if (batch * channels * rows.output * columns.output === 0) return y;
    const places = tables(tools, windows(rows), windows(columns));
    const sizes = [batch, rows.input, columns.input, channels, rows.output, columns.output];
    tools.kernels.pool!(kind, tools.at(x!), tools.at(y), ...sizes, ...places, 0);
    return y;
  };
export const maxPool = pooling(MaxPool, kinds.max);
export const avgPool = pooling(AvgPool, kinds.mean);

/** Each place has its share of dy from each window that holds it. As tfjs has it, dy is divided by the whole window, also at the border. */
export const avgPoolGrad: Body = ({ dy, input }, attrs, tools) => {
  if (!isFloat(dy, input)) return tools.stock(AvgPoolGrad, { dy: dy!, input: input! }, attrs);
  const { batch, channels, rows, columns } = geometry(input!, attrs, dy);
  const dx = tools.make(input!.shape);
  if (batch * channels * rows.input * columns.input === 0) return dx;
  const places = tables(tools, holders(rows), holders(columns));
  const sizes = [batch, rows.output, columns.output, channels, rows.input, columns.input];
  const share = 1 / (rows.window * columns.window);
  tools.kernels.pool!(kinds.sum, tools.at(dy!), tools.at(dx), ...sizes, ...places, share);
  return dx;
};

/** dy goes to the first of the largest in each window; NaN counts as the largest, so that it reaches the gradient too. */
export const maxPoolGrad: Body = ({ dy, input, output }, attrs, tools) => {
  if (!isFloat(dy, input)) return tools.stock(MaxPoolGrad, { dy: dy!, input: input!, output: output! }, attrs);
  const { batch, channels, rows, columns } = geometry(input!, attrs, dy);
  const dx = tools.make(input!.shape);
  if (batch * channels * rows.input * columns.input === 0) return dx;
  const places = tables(tools, windows(rows), windows(columns));
  const sizes = [batch, rows.input, columns.input, channels, rows.output, columns.output];
  tools.kernels.maxPoolBack!(tools.at(input!), tools.at(dy!), tools.at(dx), ...sizes, ...places);
  return dx;
};
