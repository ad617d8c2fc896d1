import { Transpose, util } from '@tensorflow/tfjs-core';
import { type Body, shaped, sizeOf } from './kernel.js';

/** An axis of the result: its size, and how far apart its entries lie in x and in the result. */
interface Axis {
  readonly size: number;
  readonly xStep: number;
  readonly yStep: number;
}

/** More axes around than these have no room among the kernel's arguments. */
const MOST_AXES = 8;

/** The axes of x in another order. Neighbours that stay neighbours are one axis. */
export const transpose: Body = ({ x }, attrs, tools) => {
  const { perm } = attrs as { perm: readonly number[] };
  const axes = merged(x!.shape, perm);
  const shape = perm.map((axis) => x!.shape[axis]!);
  const { dtype } = x!;
  if ((dtype !== 'float32' && dtype !== 'int32') || axes.length > MOST_AXES)
    return tools.stock(Transpose, { x: x! }, attrs);
  if (axes.length < 2) return shaped(x!, shape);
  const { kernels, at } = tools;
  const y = tools.make(shape, dtype);
  if (sizeOf(y) === 0) return y;
  // Neighbours in y, along its last axis; neighbours in x. They may be the same.
  const last = axes.at(-1)!;
  const inner = axes.find(({ xStep }) => xStep === 1)!;
  const turn = last !== inner;
  const rows = turn ? last : axes.at(-2)!;
  const around = axes.filter((axis) => axis !== inner && axis !== rows);
  for (const [place, { size, xStep, yStep }] of around.entries()) kernels.transposeAxis!(place, size, xStep, yStep);
  const count = util.sizeFromShape(around.map(({ size }) => size));
  const yStep = turn ? inner.yStep : rows.yStep;
  kernels.transpose!(at(x!), at(y), around.length, count, rows.size, inner.size, rows.xStep, yStep, Number(turn));
  return y;
};

function merged(shape: readonly number[], perm: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  let yStep = 1;
  for (const from of [...perm].reverse()) {
    const size = shape[from]!;
    if (size === 1) continue;
    const xStep = util.sizeFromShape(shape.slice(from + 1));
    const next = axes[0];
    if (next && xStep === next.xStep * next.size) axes[0] = { ...next, size: size * next.size };
    else axes.unshift({ size, xStep, yStep });
    yStep *= size;
  }
  return axes;
}
