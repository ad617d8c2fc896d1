import { gmError } from '@gm/core';
import { Conv2D, Conv2DBackpropInput, FusedConv2D, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Finish, finishOf, NOTHING } from './activation.js';
import { geometry, written } from './geometry.js';
import { type Attributes, type Body, isFloat, sizeOf, type Tools, transpose } from './kernel.js';
import { activated } from './matMul.js';
import { packedBytes } from './panels.js';
import { backward, forward, type Plan, planOf } from './windows.js';

/** Tasks a thread, so that one that was held up does not hold up the others; below so many multiplications, no threads. */
const TASKS_PER_THREAD = 3;
const SMALL = 1 << 17;
/** Blocks of kernels/gemm.ts: rows, and numbers deep. */
const ROWS = 96;
const DEEP = 512;
/** Columns of a product whose results are scattered: what a thread has room for. */
const MOST_TOGETHER = 64;
/** Tasks into which a filter's gradient is cut at least, where there is so much; the same for any number of threads. */
const FILTER_TASKS = 16;

type Convolve = (
  tools: Tools,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Attributes,
  bias: number,
  finish: Finish,
) => TensorInfo;

/** y = activation(x ∗ filter + bias), [batch, height, width, filters]. */
const convolved: Convolve = (tools, x, filter, attrs, bias, { kind, slope, slopes }) => {
  const { kernels, at, make, room } = tools;
  const { plan, rows, columns, batch, filters } = plannedForward(x.shape, filter.shape, attrs);
  const y = make([batch, rows.output, columns.output, filters]);
  if (sizeOf(y) === 0) return y;
  const packed = room(packedBytes(plan.depth, filters));
  const place = written(tools, plan.numbers);
  kernels.conv2D!(place, at(x), at(filter), at(y), packed, bias, kind, slope, slopes, partsFor(tools, plan));
  return y;
};

function plannedForward(inputShape: number[], filterShape: number[], attrs: Attributes) {
  const sizes = geometry(inputShape, filterShape, attrs);
  const { rows, columns, batch, channels, filters } = sizes;
  const source = { height: rows.input, width: columns.input, channels };
  const target = { height: rows.output, width: columns.output, channels: filters };
  return { ...sizes, plan: planOf(batch, source, target, forward(rows), forward(columns), columns.filter) };
}

const partsFor = ({ threads }: Tools, { cost }: Plan) =>
  threads === 1 || cost < SMALL ? 1 : threads * TASKS_PER_THREAD;

/** Gradient of a convolution for its input, and the transposed convolution. */
export const conv2DBackpropInput: Body = channelsLast(({ dy, filter }, attrs, tools) => {
  if (!isFloat(dy, filter)) return tools.stock(Conv2DBackpropInput, { dy: dy!, filter: filter! }, attrs);
  const { kernels, at, make, room } = tools;
  const { rows, columns, batch, channels, filters } = geometry(attrs.inputShape, filter!.shape, attrs);
  const given = fitted(tools, dy!, [batch, rows.output, columns.output, filters]);
  const dx = make([batch, rows.input, columns.input, channels]);
  if (sizeOf(dx) === 0) return dx;
  const source = { height: rows.output, width: columns.output, channels: filters };
  const target = { height: rows.input, width: columns.input, channels };
  // All phases of the stride at once where a single phase has too few channels to fill a panel. A phase without some tap has a
  // zero there, as at the edges.
  const [apart, together] = [false, true].map((all) =>
    planOf(batch, source, target, backward(rows, all), backward(columns, all), columns.filter),
  ) as [Plan, Plan];
  const plan = together.columns <= MOST_TOGETHER && together.cost < apart.cost ? together : apart;
  const packed = room(packedBytes(plan.depth, plan.columns));
  const place = written(tools, plan.numbers);
  kernels.conv2DBackpropInput!(place, at(given), at(filter!), at(dx), packed, partsFor(tools, plan));
  return dx;
});

/** A transposed convolution does not say that x fits the shape it is asked for. Of more than that, tfjs takes the first rows and columns. */
function fitted({ call }: Tools, dy: TensorInfo, size: number[]): TensorInfo {
  if (size.every((length, axis) => length === dy.shape[axis])) return dy;
  if (size.every((length, axis) => length <= dy.shape[axis]!))
    return call('Slice', { x: dy }, { begin: [0, 0, 0, 0], size });
  throw gmError('GM_SHAPE', {
    where: 'wasm: Conv2DBackpropInput',
    expected: `dy (conv2dTranspose: x) of shape [${size}], which a convolution makes of the shape asked for`,
    received: `[${dy.shape}]`,
    remedy: 'Ask for an output of stride times the size of x, or as much less as the padding allows.',
  });
}

/** Gradient of a convolution for its filter, which tfjs lacks for wasm. */
export const conv2DBackpropFilter: Body = channelsLast(
  ({ x, dy }, attrs, tools) => {
    util.assert(
      isFloat(x, dy),
      () => `Error in conv2DBackpropFilter: expected float32, received ${x!.dtype} and ${dy!.dtype}.`,
    );
    const { kernels, at, make, room } = tools;
    const { plan, rows, columns, batch, channels, filters } = plannedForward(x!.shape, attrs.filterShape, attrs);
    const dw = make([rows.filter, columns.filter, channels, filters]);
    if (sizeOf(dw) === 0) return dw;
    const depth = batch * rows.output * columns.output;
    const parts = partsOf(Math.ceil(depth / DEEP), Math.ceil(plan.depth / ROWS));
    const packed = room(packedBytes(depth, filters) + 4 * parts * sizeOf(dw));
    const sums = packed + packedBytes(depth, filters);
    kernels.conv2DBackpropFilter!(written(tools, plan.numbers), at(x!), at(dy!), at(dw), packed, parts, sums);
    return dw;
  },
  { result: 'filter' },
);

/** Into how many parts so many blocks are cut when each makes so many tasks. A part has four blocks or more. */
function partsOf(blocks: number, tasks: number): number {
  const wanted = Math.max(1, Math.min(Math.floor(blocks / 4), Math.ceil(FILTER_TASKS / tasks)));
  return Math.max(1, Math.ceil(blocks / Math.max(1, Math.ceil(blocks / wanted))));
}

/** Convolution, with an activation in the same pass where it is known for each channel. */
export const finished =
  (kernel: string, convolve: Convolve, filtersOf: (filter: TensorInfo) => number): Body =>
  ({ x, filter, bias, preluActivationWeights }, attrs, tools) => {
    if (!isFloat(x, filter, bias)) {
      return tools.stock(kernel, { x: x!, filter: filter!, ...(bias && { bias }) }, attrs);
    }
    const filters = filtersOf(filter!);
    const finish = finishOf(tools, attrs, preluActivationWeights, filters);
    const along = bias === undefined || (bias.shape.at(-1) === filters && sizeOf(bias) === filters);
    if (finish && along) return convolve(tools, x!, filter!, attrs, bias ? tools.at(bias) : 0, finish);
    const plain = convolve(tools, x!, filter!, attrs, 0, NOTHING);
    const sum = bias ? tools.call('Add', { a: plain, b: bias }) : plain;
    return activated(tools, sum, attrs, preluActivationWeights);
  };

export const conv2D: Body = channelsLast(finished(Conv2D, convolved, ({ shape }) => shape[3]!));
export const fusedConv2D: Body = channelsLast(finished(FusedConv2D, convolved, ({ shape }) => shape[3]!));

/** A body for [batch, height, width, channels] that takes [batch, channels, height, width] too. */
function channelsLast(body: Body, { result = 'image' } = {}): Body {
  return (inputs, attrs, tools) => {
    if (attrs.dataFormat !== 'NCHW') return body(inputs, attrs, tools);
    const turned = Object.entries(inputs).map(([name, x]) => [name, turnedInput(tools, name, x)] as const);
    const { pad, inputShape } = attrs;
    const inner = {
      ...attrs,
      dataFormat: 'NHWC',
      pad: Array.isArray(pad) ? last(pad) : pad,
      ...(inputShape && { inputShape: last(inputShape) }),
    };
    const y = body(Object.fromEntries(turned), inner, tools) as TensorInfo;
    return result === 'image' ? transpose(tools.call, y, [0, 3, 1, 2]) : y;
  };
}

const last = <T>([batch, channels, ...size]: readonly T[]) => [batch!, ...size, channels!];

/** Images and slopes for each place are turned; filter and bias are the same either way. */
function turnedInput({ call }: Tools, name: string, x: TensorInfo): TensorInfo {
  if (name === 'x' || name === 'dy') return transpose(call, x, [0, 2, 3, 1]);
  return name === 'preluActivationWeights' && x?.shape.length === 3 ? transpose(call, x, [1, 2, 0]) : x;
}
