import { FusedBatchNorm, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Body, isFloat, sizeOf, type Tools } from './kernel.js';

/** x as examples, rows and channels, with the groups whose statistics are taken. */
interface Blocks {
  readonly examples: number;
  readonly rows: number;
  readonly channels: number;
  readonly groups: number;
}

/** A batch is one example, each of its channels a group. */
function ofBatch({ shape }: TensorInfo): Blocks {
  const channels = shape.at(-1)!;
  return { examples: 1, rows: util.sizeFromShape(shape.slice(0, -1)), channels, groups: channels };
}

const ofGroups = ({ shape }: TensorInfo, groups: number): Blocks => ({
  examples: shape[0]!,
  rows: util.sizeFromShape(shape.slice(1, -1)),
  channels: shape.at(-1)!,
  groups,
});

const roomFor = ({ kernels, room }: Tools, { examples, rows, channels }: Blocks) =>
  room(kernels.normRoom!(examples, rows, channels));

/** y, mean and variance, which have the shape `statistics`. */
function normalized(
  { x, scale, offset }: Parameters<Body>[0],
  epsilon: number,
  tools: Tools,
  blocks: Blocks,
  statistics: number[],
): TensorInfo[] {
  const { at, kernels, make, zeros } = tools;
  if (sizeOf(x!) === 0) return [make(x!.shape), zeros(statistics), zeros(statistics)];
  const [y, mean, variance] = [make(x!.shape), make(statistics), make(statistics)];
  const { examples, rows, channels, groups } = blocks;
  const room = roomFor(tools, blocks);
  const [from, to] = [[x!, scale!, offset!].map(at), [y, mean, variance].map(at)];
  kernels.normalizeGroups!(...from, epsilon, ...to, examples, rows, channels, groups, room);
  return [y, mean, variance];
}

/** Gradients for x, scale and offset. */
function gradients(inputs: Parameters<Body>[0], epsilon: number, tools: Tools, blocks: Blocks): TensorInfo[] {
  const { at, kernels, make, zeros } = tools;
  const { x, scale, mean, variance, dy, dMean, dVariance } = inputs;
  if (sizeOf(x!) === 0) return [make(x!.shape), zeros(scale!.shape), zeros(scale!.shape)];
  const results = [make(x!.shape), make(scale!.shape), make(scale!.shape)];
  const { examples, rows, channels, groups } = blocks;
  const room = roomFor(tools, blocks);
  const given = [mean!, variance!, dy!, dMean!, dVariance!].map(at);
  const sizes = [examples, rows, channels, groups];
  kernels.normalizeGroupsBack!(at(x!), at(scale!), epsilon, ...given, ...results.map(at), ...sizes, room);
  return results;
}

export const batchNormalization: Body = (inputs, { epsilon }, tools) =>
  normalized(inputs, epsilon, tools, ofBatch(inputs.x!), inputs.scale!.shape);
export const batchNormalizationGrad: Body = (inputs, { epsilon }, tools) =>
  gradients(inputs, epsilon, tools, ofBatch(inputs.x!));

export const groupNormalization: Body = (inputs, { epsilon, groups }, tools) =>
  normalized(inputs, epsilon, tools, ofGroups(inputs.x!, groups), [inputs.x!.shape[0]!, groups]);
export const groupNormalizationGrad: Body = (inputs, { epsilon, groups }, tools) =>
  gradients(inputs, epsilon, tools, ofGroups(inputs.x!, groups));

export const layerNormalization: Body = ({ x, scale, offset }, { epsilon }, { at, kernels, make }) => {
  const y = make(x!.shape);
  const width = sizeOf(scale!);
  if (sizeOf(x!) === 0) return y;
  kernels.normalizeRows!(at(x!), at(scale!), at(offset!), epsilon, at(y), sizeOf(x!) / width, width);
  return y;
};

export const layerNormalizationGrad: Body = ({ dy, x, scale }, { epsilon }, { at, kernels, make, room, zeros }) => {
  const width = sizeOf(scale!);
  if (sizeOf(x!) === 0) return [make(x!.shape), zeros([width]), zeros([width])];
  const rows = sizeOf(x!) / width;
  const results = [make(x!.shape), make([width]), make([width])];
  const place = room(kernels.normRowsRoom!(rows, width));
  kernels.normalizeRowsBack!(at(x!), at(scale!), epsilon, at(dy!), ...results.map(at), rows, width, place);
  return results;
};

/** tfjs's batchNorm with mean and variance as given. One a channel; others are left to tfjs's kernel. */
export const fusedBatchNorm: Body = (inputs, attrs, tools) => {
  const { x, mean, variance, scale, offset } = inputs;
  const channels = x!.shape.at(-1);
  const others = [mean!, variance!, ...[scale, offset].filter((given) => given != null)];
  const perChannel = others.every(({ shape }) => shape.at(-1) === channels && util.sizeFromShape(shape) === channels);
  if (!perChannel || !isFloat(x, ...others)) return tools.stock(FusedBatchNorm, inputs, attrs);
  const { at, kernels, make } = tools;
  const y = make(x!.shape);
  if (sizeOf(x!) === 0) return y;
  const blocks = ofBatch(x!);
  const [scaleAt, offsetAt] = [scale, offset].map((given) => (given == null ? 0 : at(given))) as [number, number];
  const epsilon = attrs.varianceEpsilon ?? 0.001;
  const room = roomFor(tools, blocks);
  kernels.normalizeBy!(
    at(x!),
    at(mean!),
    at(variance!),
    scaleAt,
    offsetAt,
    epsilon,
    at(y),
    blocks.rows,
    channels!,
    room,
  );
  return y;
};
