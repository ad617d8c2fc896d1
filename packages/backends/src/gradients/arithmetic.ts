import {
  broadcast_util,
  Cumsum,
  cast,
  cumprod,
  cumsum,
  fill,
  type GradConfig,
  greater,
  log,
  Mean,
  Multiply,
  mul,
  neg,
  onesLike,
  Pow,
  Prod,
  pow,
  reshape,
  Sub,
  Sum,
  sub,
  sum,
  type Tensor,
  Tile,
  transpose,
  util,
  where,
} from '@tensorflow/tfjs-core';
import { fromInputs } from './rule.js';

export const arithmeticGradients: readonly GradConfig[] = [
  // As in tfjs, less the casts to what the operands are and the reshapes to the shape they have.
  fromInputs(Multiply, ['a', 'b'], (dy, [a, b]) => ({
    a: () => summedTo(a, mul(dy, asFloat(b))),
    b: () => summedTo(b, mul(dy, asFloat(a))),
  })),
  fromInputs(Sub, ['a', 'b'], (dy, [a, b]) => ({
    // A tensor of its own in any case: tfjs frees the gradient of an operand on its way.
    a: () => reshape(summedTo(a, dy), a.shape),
    b: () => neg(summedTo(b, dy)),
  })),
  fromInputs(Pow, ['a', 'b'], (dy, [a, b]) => ({
    a: () => summedTo(a, mul(dy, mul(b, pow(a, sub(b, 1))))),
    b: () => summedTo(b, mul(dy, mul(pow(a, b), log(where(greater(a, 0), a, onesLike(a)))))),
  })),
  // A Fill kernel, where tfjs uploads ones as large as x.
  fromInputs(Sum, ['x'], (dy, [x], { axis }) => ({ x: () => spread(dy, x, axis, 1) })),
  fromInputs(Mean, ['x'], (dy, [x], { axis }) => ({ x: () => spread(dy, x, axis, dy.size / x.size) })),
  // tfjs transposes the result once too often.
  fromInputs(Cumsum, ['x'], (dy, _, { axis, exclusive, reverse }) => ({
    x: () => cumsum(dy, axis, exclusive, !reverse),
  })),
  fromInputs(Prod, ['x'], (dy, [x], { axis }) => ({
    x: () => prodGradient(dy, x, util.parseAxisParam(axis, x.shape)),
  })),
  fromInputs(Tile, ['x'], (dy, [x], { reps }) => ({ x: () => untiled(dy, x, reps) })),
];

/** The gradient of a broadcast operand: summed over the axes along which it was repeated. */
function summedTo(operand: Tensor, dy: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(operand.shape, dy.shape);
  return axes.length === 0 ? dy : reshape(sum(dy, axes), operand.shape);
}

const asFloat = (x: Tensor): Tensor => (x.dtype === 'float32' ? x : cast(x, 'float32'));

function spread(dy: Tensor, x: Tensor, axis: number | number[], weight: number): Tensor {
  const axes = util.parseAxisParam(axis, x.shape);
  const kept = x.shape.map((size, index) => (axes.includes(index) ? 1 : size));
  return mul(reshape(dy, kept), fill(x.shape, weight));
}

/** The product of all others, by the products before and after, so that zeros do no harm. tfjs's needs chained operations. */
function prodGradient(dy: Tensor, x: Tensor, axes: number[]): Tensor {
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const moved = transpose(x, order);
  const rows = reshape(moved, [dy.size, x.size / dy.size]);
  const rest = mul(cumprod(rows, 1, true), cumprod(rows, 1, true, true));
  const result = reshape(mul(reshape(dy, [dy.size, 1]), rest), moved.shape);
  return transpose(
    result,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** Sums the copies, one axis after the other; tfjs slices out every copy, and only up to rank 4. */
function untiled(dy: Tensor, x: Tensor, reps: readonly number[]): Tensor {
  const shape = [...dy.shape];
  let total = dy;
  for (const [axis, count] of reps.entries()) {
    if (count === 1) continue;
    const outer = util.sizeFromShape(shape.slice(0, axis));
    shape[axis] = x.shape[axis]!;
    total = sum(reshape(total, [outer, count, util.sizeFromShape(shape.slice(axis))]), 1);
  }
  return reshape(total, x.shape);
}
