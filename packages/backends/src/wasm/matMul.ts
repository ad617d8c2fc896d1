import { BatchMatMul, broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Finish, finishOf, NOTHING } from './activation.js';
import { type Attributes, type Body, isFloat, type Tools } from './kernel.js';
import { packedBytes } from './panels.js';

/** Below so many multiplications, a product of a stack is left to one thread; above, all threads share each. */
const LARGE = 1 << 20;
/** Tasks a thread, so that one that was held up does not hold up the others. */
const TASKS_PER_THREAD = 3;

/** Matrix products with operands stored either way, of one matrix or of stacks that broadcast. */
export const matMul: Body = ({ a, b }, attrs, tools) => {
  if (a!.dtype === 'int32' && b!.dtype === 'int32') return wholeProduct(tools, a!, b!, attrs);
  if (!isFloat(a, b)) return tools.stock(BatchMatMul, { a: a!, b: b! }, attrs);
  return product(tools, a!, b!, attrs, 0, NOTHING);
};

/** Matrix product, bias and activation in one pass. */
export const fusedMatMul: Body = ({ a, b, bias, preluActivationWeights }, attrs, tools) => {
  const columns = b!.shape.at(attrs.transposeB ? -2 : -1)!;
  const finish = isFloat(a, b, bias) ? finishOf(tools, attrs, preluActivationWeights, columns) : undefined;
  const along = bias === undefined || (bias.shape.at(-1) === columns && util.sizeFromShape(bias.shape) === columns);
  const single = util.sizeFromShape(a!.shape.slice(0, -2)) === 1 && util.sizeFromShape(b!.shape.slice(0, -2)) === 1;
  if (finish && along && single) return product(tools, a!, b!, attrs, bias ? tools.at(bias) : 0, finish);
  const plain = tools.call(BatchMatMul, { a: a!, b: b! }, attrs);
  const sum = bias ? tools.call('Add', { a: plain, b: bias }) : plain;
  return activated(tools, sum, attrs, preluActivationWeights);
};

const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

/** The activation by a kernel of its own. */
export function activated({ call }: Tools, x: TensorInfo, attrs: Attributes, alpha?: TensorInfo): TensorInfo {
  const { activation = 'linear', leakyreluAlpha } = attrs;
  if (activation === 'linear') return x;
  if (activation === 'prelu') return call('Prelu', { x, alpha: alpha! });
  return call(KERNELS[activation]!, { x }, { alpha: leakyreluAlpha });
}

function product(
  tools: Tools,
  a: TensorInfo,
  b: TensorInfo,
  attrs: Attributes,
  bias: number,
  finish: Finish,
): TensorInfo {
  const { kernels, at, make, room, threads } = tools;
  const { transposeA = false, transposeB = false } = attrs;
  const [rows, inner] = sides(a.shape, transposeA);
  const [depth, columns] = sides(b.shape, transposeB);
  util.assert(inner === depth, () => `Error in matMul: inner shapes (${inner}) and (${depth}) differ.`);
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const result = make([...outer, rows, columns]);
  const count = util.sizeFromShape(outer);
  if (count * rows * columns === 0) return result;
  const [turnA, turnB] = [Number(transposeA), Number(transposeB)];
  const parts = threads === 1 || rows * columns * inner < 1 << 17 ? 1 : threads * TASKS_PER_THREAD;
  const one = (aAt: number, bAt: number, cAt: number, m: number) => {
    const packed = room(packedBytes(inner, columns));
    kernels.matMul!(
      aAt,
      bAt,
      cAt,
      m,
      columns,
      inner,
      turnA,
      turnB,
      bias,
      finish.kind,
      finish.slope,
      finish.slopes,
      packed,
      parts,
    );
  };
  const lefts = origins(a.shape.slice(0, -2), outer);
  const rights = origins(b.shape.slice(0, -2), outer);
  // One right matrix for all left ones, each once: their rows are one tall matrix.
  const tall =
    !transposeA && rights.every((origin) => origin === 0) && lefts.every((origin, place) => origin === place);
  if (count === 1 || tall) {
    one(at(a), at(b), at(result), rows * count);
    return result;
  }
  const address = (place: number) =>
    [
      at(a) + 4 * rows * inner * lefts[place]!,
      at(b) + 4 * inner * columns * rights[place]!,
      at(result) + 4 * rows * columns * place,
    ] as const;
  if (rows * columns * inner >= LARGE) {
    for (let place = 0; place < count; place++) one(...address(place), rows);
    return result;
  }
  const table = make([count * 3], 'int32');
  const entries = tools.view(table) as unknown as Int32Array;
  for (let place = 0; place < count; place++) entries.set(address(place), place * 3);
  kernels.matMulStack!(at(table), count, rows, columns, inner, turnA, turnB);
  return result;
}

/** A product of whole numbers, exact up to 2⁵³ before it is cut to 32 bits, in plain JavaScript: it is rare, and tfjs has none. */
function wholeProduct({ make, view }: Tools, a: TensorInfo, b: TensorInfo, attrs: Attributes): TensorInfo {
  const { transposeA = false, transposeB = false } = attrs;
  const [rows, inner] = sides(a.shape, transposeA);
  const [, columns] = sides(b.shape, transposeB);
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const result = make([...outer, rows, columns], 'int32');
  const [left, right, into] = [a, b, result].map(view) as [Float32Array, Float32Array, Float32Array];
  const lefts = origins(a.shape.slice(0, -2), outer);
  const rights = origins(b.shape.slice(0, -2), outer);
  const [rowStep, leftStep] = transposeA ? [1, rows] : [inner, 1];
  const [rightStep, columnStep] = transposeB ? [1, inner] : [columns, 1];
  for (let place = 0, to = 0; place < lefts.length; place++) {
    const [leftAt, rightAt] = [lefts[place]! * rows * inner, rights[place]! * inner * columns];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, to++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += left[leftAt + row * rowStep + k * leftStep]! * right[rightAt + k * rightStep + column * columnStep]!;
        }
        into[to] = sum;
      }
    }
  }
  return result;
}

/** Rows and columns of the operand as it enters the product. */
function sides(shape: readonly number[], transposed: boolean): readonly [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

/** For each matrix of the broadcast stack, the number of the matrix it comes from. */
function origins(from: number[], outer: number[]): number[] {
  const missing = outer.length - from.length;
  return Array.from({ length: util.sizeFromShape(outer) }, (_, place) => {
    const position = outer.map((size, axis) => Math.floor(place / util.sizeFromShape(outer.slice(axis + 1))) % size);
    return from.reduce((index, size, axis) => index * size + (size === 1 ? 0 : position[axis + missing]!), 0);
  });
}
