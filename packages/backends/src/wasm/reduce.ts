import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Body, isFloat, shaped, sizeOf, type Tools } from './kernel.js';

/** Reductions by the numbers of kernels/reduce.ts. */
const kinds = { sum: 0, prod: 1, max: 2, min: 3 };
/** What is left of no numbers at all. */
const NEUTRAL = [0, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Neighbours that are reduced in one go, and rows; what is longer is cut, and the parts are reduced in their turn. */
const LONGEST = 32768;
const MOST_ROWS = 512;
/** Rows of this width are cut sooner, so that there is work for all threads. */
const WIDE = 1024;
const FEWEST_ROWS = 64;
/** Rows narrower than this are taken several at once. */
const NARROW = 16;

/** Reduces x along its axes, any of them. Whole numbers are left to tfjs's kernel of that name. */
function reduction(name: string, kind: number, axisName: string, mean = false): Body {
  return ({ x }, attrs, tools) => {
    if (!isFloat(x)) return tools.stock(name, { x: x! }, attrs);
    const axes = util.parseAxisParam(attrs[axisName], x!.shape);
    const [shape, reduced] = backend_util.computeOutAndReduceShapes(x!.shape, axes);
    const count = util.sizeFromShape(reduced);
    const kept = attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape;
    if (sizeOf(x!) === 0) {
      const y = tools.make(kept);
      tools.view(y).fill(mean ? Number.NaN : NEUTRAL[kind]!);
      return y;
    }
    return shaped(
      along(
        tools,
        x!,
        x!.shape.map((size, axis) => [size, axes.includes(axis)]),
        kind,
        mean ? count : 1,
      ),
      kept,
    );
  };
}

type Axis = readonly [size: number, reduced: boolean];

/** One run of neighbouring reduced axes after the other, the last first; the last step divides. */
function along(tools: Tools, x: TensorInfo, axes: readonly Axis[], kind: number, divisor: number): TensorInfo {
  const runs = merged(axes);
  const last = runs.findLastIndex(([, reduced]) => reduced);
  if (last === -1) return x;
  const product = (part: readonly Axis[]) => part.reduce((total, [size]) => total * size, 1);
  const [before, after] = [runs.slice(0, last), runs.slice(last + 1)];
  const more = before.some(([, reduced]) => reduced);
  const y = middle(tools, x, [product(before), runs[last]![0], product(after)], kind, more ? 1 : divisor);
  return along(tools, y, [...before, ...after], kind, divisor);
}

/** Neighbours of one sort as one axis; axes of size 1 drop out. */
function merged(axes: readonly Axis[]): Axis[] {
  const runs: Axis[] = [];
  for (const [size, reduced] of axes) {
    if (size === 1) continue;
    const previous = runs.at(-1);
    if (previous?.[1] === reduced) runs[runs.length - 1] = [previous[0] * size, reduced];
    else runs.push([size, reduced]);
  }
  return runs;
}

/** x[outer, length, inner] → [outer, inner]. */
function middle(
  tools: Tools,
  x: TensorInfo,
  [outer, length, inner]: readonly [number, number, number],
  kind: number,
  divisor: number,
): TensorInfo {
  // Several narrow rows are one wide row, and that is reduced to the narrow one.
  const together = inner > 1 && inner < NARROW && length % 8 === 0 && length > 8 ? 8 : 1;
  if (together > 1) {
    const wide = middle(tools, x, [outer, length / together, inner * together], kind, 1);
    return middle(tools, wide, [outer, together, inner], kind, divisor);
  }
  const rows = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(LONGEST / Math.min(inner, WIDE))));
  const part = inner === 1 ? LONGEST : rows;
  const parts = Math.ceil(length / part);
  const y = tools.make([outer, parts, inner]);
  tools.kernels.reduce!(kind, tools.at(x), tools.at(y), outer, length, inner, part, parts > 1 ? 1 : divisor);
  return parts > 1 ? middle(tools, y, [outer, parts, inner], kind, divisor) : y;
}

export const sum = reduction('Sum', kinds.sum, 'axis');
export const mean = reduction('Mean', kinds.sum, 'axis', true);
export const max = reduction('Max', kinds.max, 'reductionIndices');
export const min = reduction('Min', kinds.min, 'axis');
export const prod = reduction('Prod', kinds.prod, 'axis');
