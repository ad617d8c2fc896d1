import { broadcast_util, Maximum, Minimum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Body, isFloat } from './kernel.js';

/** Functions by the numbers of kernels/extremes.ts. */
const kinds = { maximum: 0, minimum: 1 };
/** More axes around the last than these have no room among the kernel's arguments. */
const MOST_AXES = 8;

/** An axis of the result, and how far apart its entries lie in the operands; 0 where one is repeated. */
interface Axis {
  readonly size: number;
  readonly aStep: number;
  readonly bStep: number;
}

/** max(a, b) or min(a, b) of operands that broadcast, NaN where one is. tfjs's kernels lose NaN, and take forty times as long. */
const extreme =
  (name: string, kind: number): Body =>
  ({ a, b }, attrs, tools) => {
    if (!isFloat(a, b)) return tools.stock(name, { a: a!, b: b! }, attrs);
    const shape = broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const axes = merged(shape, a!, b!);
    if (axes.length > MOST_AXES + 1) return tools.stock(name, { a: a!, b: b! }, attrs);
    const y = tools.make(shape);
    if (util.sizeFromShape(shape) === 0) return y;
    const { kernels, at } = tools;
    const around = axes.slice(0, -1);
    const last = axes.at(-1) ?? { size: 1, aStep: 1, bStep: 1 };
    for (const [place, { size, aStep, bStep }] of around.entries()) kernels.extremesAxis!(place, size, aStep, bStep);
    const rows = util.sizeFromShape(around.map(({ size }) => size));
    kernels.extremes!(kind, at(a!), at(b!), at(y), around.length, rows, last.size, last.aStep, last.bStep);
    return y;
  };

/** Neighbours along which each operand goes on, or is repeated, are one axis. */
function merged(shape: readonly number[], a: TensorInfo, b: TensorInfo): Axis[] {
  const axes: Axis[] = [];
  let [aTotal, bTotal] = [1, 1];
  for (let back = 1; back <= shape.length; back++) {
    const size = shape.at(-back)!;
    if (size === 1) continue;
    const [aStep, bStep] = [a.shape.at(-back) === size ? aTotal : 0, b.shape.at(-back) === size ? bTotal : 0];
    const next = axes[0];
    if (next && aStep === next.aStep * next.size && bStep === next.bStep * next.size)
      axes[0] = { ...next, size: size * next.size };
    else axes.unshift({ size, aStep, bStep });
    if (aStep > 0) aTotal *= size;
    if (bStep > 0) bTotal *= size;
  }
  return axes;
}

export const maximum = extreme(Maximum, kinds.maximum);
export const minimum = extreme(Minimum, kinds.minimum);
