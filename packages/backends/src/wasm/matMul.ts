import { BatchMatMul, broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activated } from './activation.js';
import { type Body, type Call, shaped, type Tools, transpose } from './kernel.js';

/**
 * Matrix products. tfjs hands two plain matrices to XNNPACK and everything else – a transposed operand, which every gradient
 * has, or a batch – to plain loops, 13 times slower. So: transpose first, and take a batch one by one.
 */
export const matMul: Body = ({ a, b }, { transposeA, transposeB }, tools) => {
  const left = upright(tools.call, a!, transposeA);
  const right = upright(tools.call, b!, transposeB);
  const outer = broadcast_util.assertAndGetBroadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const [rows, inner, columns] = [left.shape.at(-2)!, left.shape.at(-1)!, right.shape.at(-1)!];
  util.assert(
    inner === right.shape.at(-2),
    () => `Error in matMul: inner shapes (${inner}) and (${right.shape.at(-2)}) differ.`,
  );
  const shape = [...outer, rows, columns];
  if (util.sizeFromShape(shape) * inner === 0) return tools.make(shape);
  return shaped(products(tools, left, right, outer), shape);
};

/** Matrix product, bias and activation as kernels of their own: XNNPACK's fused relu turns NaN into 0. */
export const fusedMatMul: Body = ({ a, b, bias, preluActivationWeights }, attrs, { call }) => {
  const product = call(BatchMatMul, { a: a!, b: b! }, attrs);
  const sum = bias ? call('Add', { a: product, b: bias }) : product;
  return activated(call, sum, attrs, preluActivationWeights);
};

function products({ call, stock }: Tools, left: TensorInfo, right: TensorInfo, outer: number[]): TensorInfo {
  const [inner, columns] = right.shape.slice(-2) as [number, number];
  const product = (a: TensorInfo, b: TensorInfo) =>
    stock(
      BatchMatMul,
      { a: shaped(a, [1, util.sizeFromShape(a.shape) / inner, inner]), b: shaped(b, [1, inner, columns]) },
      { transposeA: false, transposeB: false },
    );
  const lefts = origins(left.shape.slice(0, -2), outer);
  const rights = origins(right.shape.slice(0, -2), outer);
  // One right matrix for all left ones, each once: their rows are one tall matrix.
  if (rights.every((origin) => origin === 0) && lefts.every((origin, place) => origin === place))
    return product(left, right);
  const results = lefts.map((origin, place) =>
    product(matrix(call, left, origin), matrix(call, right, rights[place]!)),
  );
  return call('Concat', results, { axis: 0 });
}

function upright(call: Call, x: TensorInfo, transposed: boolean): TensorInfo {
  if (!transposed) return x;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(call, x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

function matrix(call: Call, x: TensorInfo, index: number): TensorInfo {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const stack = shaped(x, [util.sizeFromShape(x.shape.slice(0, -2)), rows, columns]);
  return call('Slice', { x: stack }, { begin: [index, 0, 0], size: [1, rows, columns] });
}

/** For each matrix of the broadcast batch, the number of the matrix it comes from. */
function origins(from: number[], outer: number[]): number[] {
  const missing = outer.length - from.length;
  return Array.from({ length: util.sizeFromShape(outer) }, (_, place) => {
    const position = outer.map((size, axis) => Math.floor(place / util.sizeFromShape(outer.slice(axis + 1))) % size);
    return from.reduce((index, size, axis) => index * size + (size === 1 ? 0 : position[axis + missing]!), 0);
  });
}
