import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Attributes, Body, Tools } from './kernel.js';

/** Queries in a block, as many as a block of the matrix product has rows. */
const ROWS = 96;

/** Softmax(q kᵀ · scale) v; and for its gradient, of each query the largest score and the inverse of the sum of exponentials. */
export const attention: Body = ({ q, k, v, mask }, attrs, tools) => {
  const [batch, heads, queries] = q!.shape as [number, number, number];
  const y = tools.make([batch, heads, queries, v!.shape[3]!]);
  const kept = tools.make([batch, heads, queries, 2]);
  prepare(tools, [q!, k!, v!, kept], mask, attrs);
  tools.kernels.attention!(tools.at(y));
  return [y, kept];
};

/** Gradients of q, k and v. */
export const attentionGradient: Body = ({ dy, q, k, v, kept, mask }, attrs, tools) => {
  // Without queries nothing writes the gradients of keys and values.
  const make = q!.shape[2] === 0 ? tools.zeros : tools.make;
  const [dq, dk, dv] = [q!, k!, v!].map(({ shape }) => make(shape)) as [TensorInfo, TensorInfo, TensorInfo];
  prepare(tools, [q!, k!, v!, kept!], mask, attrs);
  tools.kernels.attentionGradient!(tools.at(dy!), tools.at(dq), tools.at(dk), tools.at(dv));
  return [dq, dk, dv];
};

function prepare(
  { kernels, at, room, threads }: Tools,
  tensors: readonly [q: TensorInfo, k: TensorInfo, v: TensorInfo, kept: TensorInfo],
  mask: TensorInfo | undefined,
  { causal, scale }: Attributes,
): void {
  const [q, , v] = tensors;
  const [batch, heads, queries, depth] = q.shape as [number, number, number, number];
  const [keys, width] = v.shape.slice(2) as [number, number];
  const rows = Math.max(1, Math.min(ROWS, queries));
  const corners = room(64 + threads * 2 * rows * Math.ceil(keys / 4) * 4 * 4);
  const addresses = tensors.map(at) as [number, number, number, number];
  const [qAt, kAt, vAt, keptAt] = addresses;
  const sizes = [batch * heads, heads, queries, keys, depth, width, Number(causal), scale] as const;
  kernels.attentionSizes!(...sizes, qAt, kAt, vAt, mask ? at(mask) : 0, keptAt, corners, rows);
}
