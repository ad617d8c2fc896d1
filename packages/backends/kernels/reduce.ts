/**
 * Sums, products and extremes of x[outer, length, inner] along its middle axis. What is cut into parts depends on the sizes alone:
 * the parts' results are reduced in their turn by another call.
 */
import { splat } from './simd';
import { REDUCE } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const ROWS: i32 = 0, COLUMNS: i32 = 1;

const KIND: usize = 0, X: usize = 1, Y: usize = 2, OUTER: usize = 3, LENGTH: usize = 4, INNER: usize = 5, PART: usize = 6, DIVISOR: usize = 7, GROUP: usize = 8;

/** Reductions by number, as src/wasm/reduce.ts names them. */
const SUM: i32 = 0, PROD: i32 = 1, MAX: i32 = 2, MIN: i32 = 3;

/** Numbers that one task takes: about 10 µs. */
const CHUNK: i32 = 32768;
/** Rows up to this length are taken four at a time. */
const SHORT: i32 = 128;
/** Columns of one task, whose results stay in the first cache. */
const STRIP: i32 = 1024;
/** Bytes that are added up in single precision: a vector's lanes then hold sums of 32 numbers. */
const BLOCK: usize = 4096;

/**
 * y[outer, parts, inner], each part the reduction of `part` neighbours along the middle (the last may have fewer), over `divisor`.
 * No size is zero.
 */
export function reduce(kind: i32, x: usize, y: usize, outer: i32, length: i32, inner: i32, part: i32, divisor: f32): void {
  const parts = (length + part - 1) / part;
  setArgument(KIND, kind);
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(OUTER, outer);
  setArgument(LENGTH, length);
  setArgument(INNER, inner);
  setArgument(PART, part);
  setNumberArgument(DIVISOR, divisor);
  const strips = inner == 1 ? 1 : (inner + STRIP - 1) / STRIP;
  const all = outer * parts * strips, one = min(part, length) * min(inner, STRIP);
  const group = max(1, min(all, CHUNK / one));
  setArgument(GROUP, group);
  run(REDUCE + (inner == 1 ? ROWS : COLUMNS), (all + group - 1) / group);
}

export function reduceTask(kernel: i32, task: i32): void {
  const group = argument(GROUP) as i32, start = task * group;
  const length = argument(LENGTH) as i32, part = argument(PART) as i32, inner = argument(INNER) as i32;
  const parts = (length + part - 1) / part, strips = kernel == ROWS ? 1 : (inner + STRIP - 1) / STRIP;
  const end = min(start + group, (argument(OUTER) as i32) * parts * strips);
  const kind = argument(KIND) as i32, divisor = numberArgument(DIVISOR);
  if (kernel == ROWS && length <= SHORT) {
    const x = argument(X) + (((start as usize) * length) << 2), y = argument(Y) + ((start as usize) << 2);
    shortRows(kind, x, (length as usize) << 2, y, end - start, divisor);
    return;
  }
  for (let number = start; number < end; number++) {
    const place = number / strips, column = (number - place * strips) * STRIP;
    const row = place / parts, first = (place - row * parts) * part;
    const count = min(part, length - first);
    const x = argument(X) + ((((row as usize) * length + first) * inner + column) << 2);
    const y = argument(Y) + (((place as usize) * inner + column) << 2);
    if (kernel == ROWS) store<f32>(y, rowOf(kind, x, (count as usize) << 2) / divisor);
    else columnsOf(kind, x, (inner as usize) << 2, y, count, min(STRIP, inner - column), divisor);
  }
}

// @ts-expect-error: decorator
@inline
function combine(kind: i32, a: v128, b: v128): v128 {
  if (kind == SUM) return f32x4.add(a, b);
  if (kind == PROD) return f32x4.mul(a, b);
  if (kind == MAX) return f32x4.max(a, b);
  return f32x4.min(a, b);
}

// @ts-expect-error: decorator
@inline
function combineTwo(kind: i32, a: f32, b: f32): f32 {
  if (kind == SUM) return a + b;
  if (kind == PROD) return a * b;
  if (kind == MAX) return max(a, b);
  return min(a, b);
}

/** What changes nothing. */
// @ts-expect-error: decorator
@inline
function neutral(kind: i32): f32 {
  if (kind == SUM) return 0;
  if (kind == PROD) return 1;
  if (kind == MAX) return -Infinity as f32;
  return Infinity as f32;
}

/** `count` rows of `bytes` each, of which there are at most SHORT. */
function shortRows(kind: i32, x: usize, bytes: usize, y: usize, count: i32, divisor: f32): void {
  switch (kind) {
    case SUM: fourAtATime(SUM, x, bytes, y, count, divisor); break;
    case PROD: fourAtATime(PROD, x, bytes, y, count, divisor); break;
    case MAX: fourAtATime(MAX, x, bytes, y, count, divisor); break;
    default: fourAtATime(MIN, x, bytes, y, count, divisor);
  }
  for (let row = (count & ~3) as usize; row < (count as usize); row++) store<f32>(y + (row << 2), rowOf(kind, x + row * bytes, bytes) / divisor);
}

// @ts-expect-error: decorator
@inline
function fourAtATime(kind: i32, x: usize, bytes: usize, y: usize, count: i32, divisor: f32): void {
  for (let left = count >> 2; left > 0; left--, x += bytes << 2, y += 16) v128.store(y, f32x4.div(fourRows(kind, x, bytes), splat(divisor)));
}

/** The reductions of four rows: of each its vectors, then across, then what is left of each. */
// @ts-expect-error: decorator
@inline
function fourRows(kind: i32, x: usize, bytes: usize): v128 {
  const second = x + bytes, third = second + bytes, fourth = third + bytes;
  let y = splat(neutral(kind)), at: usize = 0;
  if (bytes >= 16) {
    let a = v128.load(x), b = v128.load(second), c = v128.load(third), d = v128.load(fourth);
    for (at = 16; at + 16 <= bytes; at += 16) {
      a = combine(kind, a, v128.load(x + at));
      b = combine(kind, b, v128.load(second + at));
      c = combine(kind, c, v128.load(third + at));
      d = combine(kind, d, v128.load(fourth + at));
    }
    const ab = combine(kind, i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
    const cd = combine(kind, i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
    y = combine(kind, i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
  }
  for (; at < bytes; at += 4) {
    let few = v128.load_zero<u32>(x + at);
    few = v128.load_lane<u32>(second + at, few, 1);
    few = v128.load_lane<u32>(third + at, few, 2);
    few = v128.load_lane<u32>(fourth + at, few, 3);
    y = combine(kind, y, few);
  }
  return y;
}

/** The reduction of neighbours. */
function rowOf(kind: i32, x: usize, bytes: usize): f32 {
  switch (kind) {
    case SUM: return sumOf(x, bytes);
    case PROD: return blockOf(PROD, x, bytes);
    case MAX: return blockOf(MAX, x, bytes);
    default: return blockOf(MIN, x, bytes);
  }
}

/** Sums of blocks, added in double precision. */
function sumOf(x: usize, bytes: usize): f32 {
  if (bytes <= BLOCK) return sumOfBlock(x, bytes);
  let sum: f64 = 0;
  for (let at: usize = 0; at < bytes; at += BLOCK) sum += sumOfBlock(x + at, min(BLOCK, bytes - at)) as f64;
  return sum as f32;
}

function sumOfBlock(x: usize, bytes: usize): f32 {
  return blockOf(SUM, x, bytes);
}

// @ts-expect-error: decorator
@inline
function blockOf(kind: i32, x: usize, bytes: usize): f32 {
  const rest = splat(neutral(kind)), end = x + bytes;
  let a = rest, at = x;
  if (bytes >= 128) {
    let b = rest, c = rest, d = rest, e = rest, f = rest, g = rest, h = rest;
    do {
      a = combine(kind, a, v128.load(at));
      b = combine(kind, b, v128.load(at, 16));
      c = combine(kind, c, v128.load(at, 32));
      d = combine(kind, d, v128.load(at, 48));
      e = combine(kind, e, v128.load(at, 64));
      f = combine(kind, f, v128.load(at, 80));
      g = combine(kind, g, v128.load(at, 96));
      h = combine(kind, h, v128.load(at, 112));
      at += 128;
    } while (at + 128 <= end);
    a = combine(kind, combine(kind, combine(kind, a, b), combine(kind, c, d)), combine(kind, combine(kind, e, f), combine(kind, g, h)));
  }
  for (; at + 16 <= end; at += 16) a = combine(kind, a, v128.load(at));
  a = combine(kind, a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  let y = combineTwo(kind, f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
  for (; at < end; at += 4) y = combineTwo(kind, y, load<f32>(at));
  return y;
}

/** y[width]: the reduction of `count` rows that lie `stride` bytes apart. */
function columnsOf(kind: i32, x: usize, stride: usize, y: usize, count: i32, width: i32, divisor: f32): void {
  switch (kind) {
    case SUM: columnsOfKind(SUM, x, stride, y, count, width, divisor); break;
    case PROD: columnsOfKind(PROD, x, stride, y, count, width, divisor); break;
    case MAX: columnsOfKind(MAX, x, stride, y, count, width, divisor); break;
    default: columnsOfKind(MIN, x, stride, y, count, width, divisor);
  }
}

/** Eight rows a sweep, so that the results are seldom read and written. */
// @ts-expect-error: decorator
@inline
function columnsOfKind(kind: i32, x: usize, stride: usize, y: usize, count: i32, width: i32, divisor: f32): void {
  const bytes = (width as usize) << 2, vectors = bytes & ~15, by = splat(divisor);
  let left = count;
  for (let sweep = 0; left > 0; sweep++, left -= 8, x += stride << 3) {
    // The last few go one by one.
    if (left < 8) {
      for (let row = 0; row < left; row++, x += stride) rowInto(kind, x, y, vectors, bytes, sweep == 0 && row == 0);
      break;
    }
    const first = sweep == 0;
    for (let at: usize = 0; at < vectors; at += 16) {
      let a = eightOf(kind, x + at, stride);
      if (!first) a = combine(kind, v128.load(y + at), a);
      v128.store(y + at, a);
    }
    for (let at = vectors; at < bytes; at += 4) {
      let a = first ? load<f32>(x + at) : combineTwo(kind, load<f32>(y + at), load<f32>(x + at));
      for (let row: usize = 1; row < 8; row++) a = combineTwo(kind, a, load<f32>(x + at + row * stride));
      store<f32>(y + at, a);
    }
  }
  if (divisor == 1) return;
  for (let at: usize = 0; at < vectors; at += 16) v128.store(y + at, f32x4.div(v128.load(y + at), by));
  for (let at = vectors; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) / divisor);
}

// @ts-expect-error: decorator
@inline
function eightOf(kind: i32, x: usize, stride: usize): v128 {
  const far = x + (stride << 2);
  const a = combine(kind, v128.load(x), v128.load(x + stride));
  const b = combine(kind, v128.load(x + stride * 2), v128.load(x + stride * 3));
  const c = combine(kind, v128.load(far), v128.load(far + stride));
  const d = combine(kind, v128.load(far + stride * 2), v128.load(far + stride * 3));
  return combine(kind, combine(kind, a, b), combine(kind, c, d));
}

// @ts-expect-error: decorator
@inline
function rowInto(kind: i32, x: usize, y: usize, vectors: usize, bytes: usize, first: bool): void {
  for (let at: usize = 0; at < vectors; at += 16) v128.store(y + at, first ? v128.load(x + at) : combine(kind, v128.load(y + at), v128.load(x + at)));
  for (let at = vectors; at < bytes; at += 4) store<f32>(y + at, first ? load<f32>(x + at) : combineTwo(kind, load<f32>(y + at), load<f32>(x + at)));
}
