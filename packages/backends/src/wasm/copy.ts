import { backend_util, Concat, Slice, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Body, Tools } from './kernel.js';

/** Part of a slice, a split or a join. */
interface Move {
  readonly from: TensorInfo;
  readonly to: TensorInfo;
  readonly axis: number;
  /** The first of the places on the axis, in `from` and in `to`. */
  readonly begin?: number;
  readonly target?: number;
  /** How many places. */
  readonly size: number;
}

/** Copies places along an axis: a row for each index before the axis. */
function move({ kernels, at }: Tools, { from, to, axis, begin = 0, target = 0, size }: Move): void {
  const rows = util.sizeFromShape(from.shape.slice(0, axis));
  const place = util.sizeFromShape(from.shape.slice(axis + 1)) * util.bytesPerElement(from.dtype);
  kernels.copyRows!(
    at(from) + begin * place,
    from.shape[axis]! * place,
    at(to) + target * place,
    to.shape[axis]! * place,
    size * place,
    rows,
  );
}

/** A slice along one axis; along several, tfjs's kernel does it. */
export const slice: Body = ({ x }, attrs, tools) => {
  const [begin, size] = slice_util.parseSliceParams(x as never, attrs.begin, attrs.size) as [number[], number[]];
  slice_util.assertParamsValid({ shape: x!.shape, rank: x!.shape.length } as never, begin, size);
  const cut = x!.shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]));
  if (x!.dtype === 'string' || cut.length !== 1) return tools.stock(Slice, { x: x! }, attrs);
  const to = tools.make(size, x!.dtype);
  const [axis] = cut as [number];
  move(tools, { from: x!, to, axis, begin: begin[axis]!, size: size[axis]! });
  return to;
};

/** The pieces of x along an axis. */
export const splitV: Body = ({ x }, attrs, tools) => {
  const [axis] = util.parseAxisParam(attrs.axis, x!.shape) as [number];
  let begin = 0;
  return backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis).map((size) => {
    const to = tools.make(resized(x!.shape, axis, size), x!.dtype);
    move(tools, { from: x!, to, axis, begin, size });
    begin += size;
    return to;
  });
};

/** Tensors one after the other along an axis. */
export const concat: Body = (inputs, attrs, tools) => {
  const parts = Object.values(inputs);
  const { dtype, shape } = parts[0]!;
  if (dtype === 'string' || parts.some((part) => part.dtype !== dtype)) return tools.stock(Concat, parts, attrs);
  const [axis] = util.parseAxisParam(attrs.axis, shape) as [number];
  const shapes = parts.map((part) => part.shape);
  backend_util.assertParamsConsistent(shapes, axis);
  const to = tools.make(backend_util.computeOutShape(shapes, axis), dtype);
  let target = 0;
  for (const from of parts) {
    const size = from.shape[axis]!;
    move(tools, { from, to, axis, target, size });
    target += size;
  }
  return to;
};

const resized = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((length, index) => (index === axis ? size : length));
