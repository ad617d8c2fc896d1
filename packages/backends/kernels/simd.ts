/** Four numbers at a time. */

/** Whether a·b + c may be one instruction with one rounding; where it is not, it is a product and a sum. */
export const FUSED: bool = ASC_FEATURE_RELAXED_SIMD;

// @ts-expect-error: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (FUSED) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-expect-error: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** The sum of the four. */
// @ts-expect-error: decorator
@inline
export function total(x: v128): f32 {
  const pairs = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Loads `count` < 4 numbers, zeros after them. */
export function loadFew(from: usize, count: i32): v128 {
  let x = f32x4.splat(0);
  if (count > 0) x = f32x4.replace_lane(x, 0, load<f32>(from));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(from, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(from, 8));
  return x;
}

/** Stores the first `count` < 4 numbers. */
export function storeFew(to: usize, x: v128, count: i32): void {
  if (count > 0) store<f32>(to, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(x, 2), 8);
}

/** Copies `count` numbers: faster than memory.copy for the few that a filter spans. */
export function copyNumbers(to: usize, from: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; count > 0; count--, to += 4, from += 4) store<f32>(to, load<f32>(from));
}

export function clearNumbers(to: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16) v128.store(to, splat(0));
  for (; count > 0; count--, to += 4) store<f32>(to, 0);
}

/** Adds up `parts` rows of `size` numbers, in order, for the numbers `start` … `end` − 1 of a row. */
export function addParts(parts: usize, count: i32, size: i32, to: usize, start: i32, end: i32): void {
  const step = (size as usize) << 2;
  let i = start;
  for (; i <= end - 4; i += 4) {
    let from = parts + ((i as usize) << 2);
    let sum = v128.load(from);
    for (let part = 1; part < count; part++) sum = f32x4.add(sum, v128.load((from += step)));
    v128.store(to + ((i as usize) << 2), sum);
  }
  for (; i < end; i++) {
    let from = parts + ((i as usize) << 2);
    let sum = load<f32>(from);
    for (let part = 1; part < count; part++) sum += load<f32>((from += step));
    store<f32>(to + ((i as usize) << 2), sum);
  }
}
