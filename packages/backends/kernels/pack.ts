/** Puts the operands of a product into panels, [depth][width] each, so that the innermost loop reads them in order. */
import { BLOCK_A, BLOCK_B, KB, MR, NR, ZEROS } from './layout';
import { loadFew } from './simd';
import { scratch } from './threads';

/** How deep the blocks of a depth k are: equal, rather than a thin one at the end. */
export function depthOf(k: i32): i32 {
  const blocks = max(1, (k + KB - 1) / KB);
  return (k + 4 * blocks - 1) / (4 * blocks) * 4;
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
