/**
 * The innermost loops of products. Exported so that the optimiser leaves them alone: inlined or unrolled they need more registers
 * than there are.
 */
import { multiplyAdd, splat } from './simd';

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
