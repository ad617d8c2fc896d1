/**
 * The matrix product on which everything rests: C = A B, by panels.
 *
 * A is packed into panels of MR rows, B into panels of NR columns, each as [k][MR] and [k][NR], so that the innermost loop reads
 * both in order. One tile of MR × NR is computed in registers. Blocks of at most KB along k keep a panel of B in the first cache and a
 * block of A (MB rows) in the second.
 *
 * Van Zee & van de Geijn (2015), BLIS: A Framework for Rapidly Instantiating BLAS Functionality.
 */
import { activate } from './activation';
import { MB, MR, NB, NR } from './layout';
import { blockA, blockB, depthOf, packA, packB, packTransposedA, packTransposedB } from './pack';
import { FUSED, loadFew, splat, storeFew } from './simd';
import { scratch } from './threads';
import { tile2of6, tile4, tile4of6, tile6 } from './tile';

// Where C goes, and what happens to it on the way; each thread has its own copies of these.
let target: usize = 0;
let targetStride: usize = 0;
/** Addresses of the rows of C, in place of target and stride; 0 without. */
let targetRows: usize = 0;
let bias: usize = 0;
let activation: i32 = 0;
let slopes: usize = 0;
let alpha: f32 = 0;
let adding: bool = false;

/** C at `address`, its rows `stride` bytes apart. With `add`, what is there is added to. */
export function into(address: usize, stride: usize, add: bool = false): void {
  target = address;
  targetStride = stride;
  targetRows = 0;
  adding = add;
  bias = 0;
  activation = 0;
}

/** C whose row r is at the r-th address of a table; `column` bytes are added to each. */
export function intoRows(table: usize, column: usize = 0, add: bool = false): void {
  into(column, 0, add);
  targetRows = table;
}

/** C ← activation(C + bias), one bias a column (0 for none); slope a column for prelu. */
export function finish(biasAt: usize, kind: i32, slope: f32 = 0, slopesAt: usize = 0): void {
  bias = biasAt;
  activation = kind;
  alpha = slope;
  slopes = slopesAt;
}

/**
 * C[row …, column …] from a packed block of A and packed panels of B, both `k` deep.
 *
 * @param first, last  whether the block is the first and the last along k: what is in C is added to from the second on, bias and
 *   activation come with the last
 */
export function multiplyBlock(a: usize, b: usize, row: i32, rows: i32, column: i32, columns: i32, k: i32, first: bool, last: bool): void {
  const tile = scratch();
  const add = adding || !first;
  const direct = !add && targetRows == 0 && !(last && (bias != 0 || activation != 0));
  for (let j = 0; j < columns; j += NR) {
    const panel = b + (((j * k) as usize) << 2);
    for (let i = 0; i < rows; i += MR) {
      const left = rows - i;
      const start = a + (((i * k) as usize) << 2);
      if (FUSED) {
        if (direct && left >= MR && columns - j >= NR) {
          tile6(start, panel, k, target + ((row + i) as usize) * targetStride + (((column + j) as usize) << 2), targetStride);
          continue;
        }
        if (left > 4) tile6(start, panel, k, tile, 32);
        else if (left > 2) tile4of6(start, panel, k, tile);
        else tile2of6(start, panel, k, tile);
      } else {
        tile4(start, panel, k, tile);
      }
      putTile(tile, row + i, min(MR, left), column + j, min(NR, columns - j), add, last);
    }
  }
}

/** C = A B for `rows` rows of A, `stride` bytes apart, and all columns from `column` on, `columns` of them, of B as packWholeB left it. */
export function multiplyPacked(a: usize, stride: usize, transposed: bool, rowFrom: i32, rows: i32, b: usize, width: i32, column: i32, columns: i32, k: i32): void {
  const padded = (width + NR - 1) / NR * NR;
  const block = blockA(), deepest = depthOf(k);
  let depth = 0;
  do {
    const deep = min(deepest, k - depth);
    const panels = b + (((depth * padded + column * deep) as usize) << 2);
    for (let row = 0; row < rows; row += MB) {
      const height = min(MB, rows - row);
      const at = rowFrom + row;
      if (transposed) packTransposedA(a + (depth as usize) * stride + ((at as usize) << 2), stride, height, deep, block);
      else packA(a + (at as usize) * stride + ((depth as usize) << 2), stride, height, deep, block);
      multiplyBlock(block, panels, at, height, column, columns, deep, depth == 0, depth + deep >= k);
    }
    depth += deepest;
  } while (depth < k);
}

/** C = A B by one thread alone, with nothing packed before. */
export function multiply(a: usize, strideA: usize, transposedA: bool, b: usize, strideB: usize, transposedB: bool, m: i32, n: i32, k: i32): void {
  const packed = blockB();
  const block = blockA(), deepest = depthOf(k);
  for (let column = 0; column < n; column += NB) {
    const columns = min(NB, n - column);
    let depth = 0;
    do {
      const deep = min(deepest, k - depth);
      if (transposedB) packTransposedB(b + (column as usize) * strideB + ((depth as usize) << 2), strideB, columns, deep, packed);
      else packB(b + (depth as usize) * strideB + ((column as usize) << 2), strideB, columns, deep, packed);
      for (let row = 0; row < m; row += MB) {
        const rows = min(MB, m - row);
        if (transposedA) packTransposedA(a + (depth as usize) * strideA + ((row as usize) << 2), strideA, rows, deep, block);
        else packA(a + (row as usize) * strideA + ((depth as usize) << 2), strideA, rows, deep, block);
        multiplyBlock(block, packed, row, rows, column, columns, deep, depth == 0, depth + deep >= k);
      }
      depth += deepest;
    } while (depth < k);
  }
}

/** Writes the part of a tile that is there. */
function putTile(tile: usize, row: i32, rows: i32, column: i32, columns: i32, add: bool, last: bool): void {
  const offset = (column as usize) << 2;
  for (let i = 0; i < rows; i++, tile += 32) {
    let to = target + offset;
    if (targetRows != 0) to += load<u32>(targetRows + (((row + i) as usize) << 2));
    else to += ((row + i) as usize) * targetStride;
    let low = v128.load(tile), high = v128.load(tile, 16);
    if (columns == 8) {
      if (add) {
        low = f32x4.add(low, v128.load(to));
        high = f32x4.add(high, v128.load(to, 16));
      }
      if (last && bias != 0) {
        low = f32x4.add(low, v128.load(bias + offset));
        high = f32x4.add(high, v128.load(bias + offset, 16));
      }
      if (last && activation != 0) {
        low = finished(low, offset, 4);
        high = finished(high, offset + 16, 4);
      }
      v128.store(to, low);
      v128.store(to, high, 16);
    } else {
      putFew(to, low, offset, min(4, columns), add, last);
      if (columns > 4) putFew(to + 16, high, offset + 16, columns - 4, add, last);
    }
  }
}

function putFew(to: usize, x: v128, offset: usize, count: i32, add: bool, last: bool): void {
  if (add) x = f32x4.add(x, count == 4 ? v128.load(to) : loadFew(to, count));
  if (last && bias != 0) x = f32x4.add(x, count == 4 ? v128.load(bias + offset) : loadFew(bias + offset, count));
  if (last && activation != 0) x = finished(x, offset, count);
  if (count == 4) v128.store(to, x);
  else storeFew(to, x, count);
}

function finished(x: v128, offset: usize, count: i32): v128 {
  if (slopes == 0) return activate(activation, x, splat(alpha));
  return activate(activation, x, count == 4 ? v128.load(slopes + offset) : loadFew(slopes + offset, count));
}
