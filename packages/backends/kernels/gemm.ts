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
import { BLOCK_A, BLOCK_B, KB, MB, MR, NB, NR, ZEROS } from './layout';
import { FUSED, loadFew, multiplyAdd, splat, storeFew } from './simd';
import { scratch } from './threads';

// --- where C goes, and what happens to it on the way; each thread has its own copies of these ---
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

/** How deep the blocks of a depth k are: equal, rather than a thin one at the end. */
export function depthOf(k: i32): i32 {
  const blocks = max(1, (k + KB - 1) / KB);
  return (k + 4 * blocks - 1) / (4 * blocks) * 4;
}

/** Bytes of B packed. */
export function packedBytes(k: i32, n: i32): usize {
  return ((k * ((n + NR - 1) / NR) * NR) as usize) << 2;
}

/** Bytes of a thread's own memory that this file uses are set up. */
export function prepare(): void {
  memory.fill(scratch() + ZEROS, 0, (KB as usize) << 2);
}

/** An address of zeros, as many as a block is deep. */
// @ts-expect-error: decorator
@inline
export function zeros(): usize {
  return scratch() + ZEROS;
}

// @ts-expect-error: decorator
@inline
export function blockA(): usize {
  return scratch() + BLOCK_A;
}

/** Where `multiply` packs B: MB × KB numbers and more, free for kernels that have B packed elsewhere. */
// @ts-expect-error: decorator
@inline
export function blockB(): usize {
  return scratch() + BLOCK_B;
}

// --- packing ---

/** Numbers next to each other in `width` rows, whose addresses are in a table, as [k][width]; width is 4, 6 or 8. */
export function packRows(table: usize, k: i32, to: usize, width: i32): void {
  const step = (width as usize) << 2;
  for (let row = 0; row < width; ) {
    const here = to + ((row as usize) << 2);
    const entry = table + ((row as usize) << 2);
    if (width - row >= 4) {
      packFour(load<u32>(entry), load<u32>(entry, 4), load<u32>(entry, 8), load<u32>(entry, 12), k, here, step);
      row += 4;
    } else {
      packTwo(load<u32>(entry), load<u32>(entry, 4), k, here, step);
      row += 2;
    }
  }
}

function packFour(a: usize, b: usize, c: usize, d: usize, k: i32, to: usize, step: usize): void {
  let i = 0;
  for (; i <= k - 4; i += 4) {
    const va = v128.load(a), vb = v128.load(b), vc = v128.load(c), vd = v128.load(d);
    const ab = i32x4.shuffle(va, vb, 0, 4, 1, 5), cd = i32x4.shuffle(vc, vd, 0, 4, 1, 5);
    const hab = i32x4.shuffle(va, vb, 2, 6, 3, 7), hcd = i32x4.shuffle(vc, vd, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
    v128.store(to + step, i64x2.shuffle(ab, cd, 1, 3));
    v128.store(to + 2 * step, i64x2.shuffle(hab, hcd, 0, 2));
    v128.store(to + 3 * step, i64x2.shuffle(hab, hcd, 1, 3));
    to += 4 * step;
    a += 16; b += 16; c += 16; d += 16;
  }
  for (; i < k; i++, to += step, a += 4, b += 4, c += 4, d += 4) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(b), 4);
    store<f32>(to, load<f32>(c), 8);
    store<f32>(to, load<f32>(d), 12);
  }
}

function packTwo(a: usize, b: usize, k: i32, to: usize, step: usize): void {
  let i = 0;
  for (; i <= k - 4; i += 4) {
    const va = v128.load(a), vb = v128.load(b);
    const low = i32x4.shuffle(va, vb, 0, 4, 1, 5), high = i32x4.shuffle(va, vb, 2, 6, 3, 7);
    v128.store64_lane(to, low, 0);
    v128.store64_lane(to + step, low, 1);
    v128.store64_lane(to + 2 * step, high, 0);
    v128.store64_lane(to + 3 * step, high, 1);
    to += 4 * step;
    a += 16; b += 16;
  }
  for (; i < k; i++, to += step, a += 4, b += 4) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(b), 4);
  }
}

/** Rows of A, `stride` bytes apart, as panels of MR rows; `k` numbers of each. */
export function packA(a: usize, stride: usize, rows: i32, k: i32, to: usize): void {
  packMatrix(a, stride, rows, k, to, MR);
}

function packMatrix(a: usize, stride: usize, rows: i32, k: i32, to: usize, width: i32): void {
  const table = scratch() + 224;
  for (let row = 0; row < rows; row += width) {
    for (let i = 0; i < width; i++) {
      const there = row + i < rows;
      store<u32>(table + ((i as usize) << 2), (there ? a + ((row + i) as usize) * stride : zeros()) as u32);
    }
    packRows(table, k, to, width);
    to += ((k * width) as usize) << 2;
  }
}

/** As packA, for A given as its transpose: `k` rows, `stride` bytes apart, of `rows` numbers. */
export function packTransposedA(a: usize, stride: usize, rows: i32, k: i32, to: usize): void {
  packColumns(a, stride, rows, k, to, MR);
}

/** Columns of `k` rows as panels of `width` (4, 6 or 8) columns, [k][width] each; zeros where there are fewer columns. */
function packColumns(from: usize, stride: usize, columns: i32, k: i32, to: usize, width: i32): void {
  const step = (width as usize) << 2;
  for (let column = 0; column < columns; column += width) {
    let source = from + ((column as usize) << 2);
    const there = columns - column;
    if (there >= width) {
      for (let i = 0; i < k; i++, source += stride, to += step) {
        v128.store(to, v128.load(source));
        if (width == 8) v128.store(to, v128.load(source, 16), 16);
        if (width == 6) store<u64>(to, load<u64>(source, 16), 16);
      }
    } else {
      for (let i = 0; i < k; i++, source += stride, to += step) {
        v128.store(to, there >= 4 ? v128.load(source) : loadFew(source, there));
        if (width == 8) v128.store(to, loadFew(source + 16, there - 4), 16);
        if (width == 6) v128.store64_lane(to, loadFew(source + 16, there - 4), 0, 16);
      }
    }
  }
}

/** B of `k` rows, `stride` bytes apart, as panels of NR columns. */
export function packB(b: usize, stride: usize, columns: i32, k: i32, to: usize): void {
  packColumns(b, stride, columns, k, to, NR);
}

/** As packB, for B given as its transpose: `columns` rows, `stride` bytes apart, of `k` numbers. */
export function packTransposedB(b: usize, stride: usize, columns: i32, k: i32, to: usize): void {
  packMatrix(b, stride, columns, k, to, NR);
}

/**
 * All of B from column `from` (a multiple of NR) on, `columns` of them, as `multiplyPacked` takes it: blocks of KB rows, in each all panels.
 *
 * @param width  columns of the whole B
 */
export function packWholeB(b: usize, stride: usize, transposed: bool, k: i32, width: i32, from: i32, columns: i32, to: usize): void {
  const padded = (width + NR - 1) / NR * NR;
  const block = depthOf(k);
  for (let depth = 0; depth < k; depth += block) {
    const deep = min(block, k - depth);
    const place = to + (((depth * padded + from * deep) as usize) << 2);
    if (transposed) packTransposedB(b + (from as usize) * stride + ((depth as usize) << 2), stride, columns, deep, place);
    else packB(b + (depth as usize) * stride + ((from as usize) << 2), stride, columns, deep, place);
  }
}

// --- the product ---

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
  const packed = scratch() + BLOCK_B;
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

// --- tiles. Exported so that the optimiser leaves them alone: inlined or unrolled they need more registers than there are. ---

/** MR × NR of A B: `a` as [k][MR], `b` as [k][NR], to rows that lie `stride` bytes apart. */
export function tile6(a: usize, b: usize, k: i32, to: usize, stride: usize): void {
  let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (const end = a + (k as usize) * 24; a < end; a += 24, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = multiplyAdd(s, b0, c00); c01 = multiplyAdd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, b0, c10); c11 = multiplyAdd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = multiplyAdd(s, b0, c20); c21 = multiplyAdd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = multiplyAdd(s, b0, c30); c31 = multiplyAdd(s, b1, c31);
    s = v128.load32_splat(a, 16);
    c40 = multiplyAdd(s, b0, c40); c41 = multiplyAdd(s, b1, c41);
    s = v128.load32_splat(a, 20);
    c50 = multiplyAdd(s, b0, c50); c51 = multiplyAdd(s, b1, c51);
  }
  v128.store(to, c00); v128.store(to, c01, 16);
  to += stride;
  v128.store(to, c10); v128.store(to, c11, 16);
  to += stride;
  v128.store(to, c20); v128.store(to, c21, 16);
  to += stride;
  v128.store(to, c30); v128.store(to, c31, 16);
  to += stride;
  v128.store(to, c40); v128.store(to, c41, 16);
  to += stride;
  v128.store(to, c50); v128.store(to, c51, 16);
}

/** The first four rows of a panel of six. */
export function tile4of6(a: usize, b: usize, k: i32, to: usize): void {
  fourRows(a, b, k, to, 24);
}

/** A panel of four. */
export function tile4(a: usize, b: usize, k: i32, to: usize): void {
  fourRows(a, b, k, to, 16);
}

// @ts-expect-error: decorator
@inline
function fourRows(a: usize, b: usize, k: i32, to: usize, step: usize): void {
  let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = a + (k as usize) * step; a < end; a += step, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = multiplyAdd(s, b0, c00); c01 = multiplyAdd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, b0, c10); c11 = multiplyAdd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = multiplyAdd(s, b0, c20); c21 = multiplyAdd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = multiplyAdd(s, b0, c30); c31 = multiplyAdd(s, b1, c31);
  }
  v128.store(to, c00); v128.store(to, c01, 16);
  v128.store(to, c10, 32); v128.store(to, c11, 48);
  v128.store(to, c20, 64); v128.store(to, c21, 80);
  v128.store(to, c30, 96); v128.store(to, c31, 112);
}

/** The first two rows of a panel of six. Two sums for each number, or the processor would wait for each product. */
export function tile2of6(a: usize, b: usize, k: i32, to: usize): void {
  let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00;
  for (const end = a + (k as usize) * 24; a < end; a += 24, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = multiplyAdd(s, b0, c00); c01 = multiplyAdd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, b0, c10); c11 = multiplyAdd(s, b1, c11);
  }
  v128.store(to, c00); v128.store(to, c01, 16);
  v128.store(to, c10, 32); v128.store(to, c11, 48);
}
