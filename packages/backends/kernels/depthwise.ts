/**
 * Depthwise convolutions. Each number of a result is a sum of products over a box of at most three sides, along each of which both
 * operands go on by a fixed step; four or sixteen channels at once.
 *
 *   forward   y[position, c·m + j]  = Σ over taps      x[position, tap, c] w[tap, c, j]
 *   input     dx[position, c]       = Σ over taps, j   dy[position, tap, c·m + j] w[tap, c, j]
 *   filter    dw[tap, c, j]         = Σ over images, positions   x[image, position, tap, c] dy[image, position, c·m + j]
 *
 * src/wasm/depthwise.ts writes the plan: the fields below, then for each row of the result, and then for each column, where its
 * sum begins in the first operand and in the second, and how many products it has.
 */
import { activate, LINEAR } from './activation';
import { addParts, loadFew, multiplyAdd, splat, storeFew } from './simd';
import { DEPTHWISE } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const POSITIONS: i32 = 0, TAPS: i32 = 1, ADD: i32 = 2;

const PLAN: usize = 0, A: usize = 1, B: usize = 2, TARGET: usize = 3, BIAS: usize = 4, ACTIVATION: usize = 5, ALPHA: usize = 6;
const SLOPES: usize = 7, ROWS: usize = 8, PARTS: usize = 9, SUMS: usize = 10;

/** Fields of a plan: sizes of both operands and the result, and the steps along rows and columns of both operands. */
const IMAGES: i32 = 0, A_HEIGHT: i32 = 1, A_WIDTH: i32 = 2, A_CHANNELS: i32 = 3, B_HEIGHT: i32 = 4, B_WIDTH: i32 = 5, B_CHANNELS: i32 = 6;
const HEIGHT: i32 = 7, WIDTH: i32 = 8, CHANNELS: i32 = 9;
const A_STEP_Y: i32 = 10, A_STEP_X: i32 = 11, B_STEP_Y: i32 = 12, B_STEP_X: i32 = 13, MULTIPLIER: i32 = 14, TABLE: i32 = 15;

/** Products that one task sums, about; numbers of sums that one task adds up. */
const SUMMED_AT_ONCE: i32 = 65536, ADDED_AT_ONCE: i32 = 8192;

// --- the box of a sum: its sides, and the steps of both operands along them in bytes; each thread has its own copies ---
let outer: i32 = 1, rows: i32 = 0, columns: i32 = 0;
let aOuter: usize = 0, aRow: usize = 0, aColumn: usize = 0, bOuter: usize = 0, bRow: usize = 0, bColumn: usize = 0;

// @ts-expect-error: decorator
@inline
function field(number: i32): i32 {
  return load<i32>(argument(PLAN) + ((number as usize) << 2));
}

/** The table of row or column `index` of the result: [0] begin in A, [4] begin in B, [8] count. */
// @ts-expect-error: decorator
@inline
function entry(index: i32): usize {
  return argument(PLAN) + (((TABLE + 3 * index) as usize) << 2);
}

/**
 * Forward, or the gradient for the input: a result for each position of each image, by a filter that all images share.
 *
 * @param taps  of the filter
 */
export function depthwise(plan: usize, a: usize, filter: usize, target: usize, taps: i32, bias: usize, activation: i32, alpha: f32, slopes: usize): void {
  setArgument(PLAN, plan);
  setArgument(A, a);
  setArgument(B, filter);
  setArgument(TARGET, target);
  setArgument(BIAS, bias);
  setArgument(ACTIVATION, activation);
  setNumberArgument(ALPHA, alpha);
  setArgument(SLOPES, slopes);
  const height = field(IMAGES) * field(HEIGHT);
  const each = max(1, SUMMED_AT_ONCE / max(1, field(WIDTH) * max(field(A_CHANNELS), field(CHANNELS)) * taps));
  setArgument(ROWS, each);
  run(DEPTHWISE + POSITIONS, (height + each - 1) / each);
}

/**
 * The gradient for the filter: a result for each tap, summed over `count` parts of the images.
 *
 * @param sums  room for the result of each part; with one, none
 */
export function depthwiseBackpropFilter(plan: usize, x: usize, dy: usize, target: usize, count: i32, sums: usize): void {
  setArgument(PLAN, plan);
  setArgument(A, x);
  setArgument(B, dy);
  setArgument(TARGET, target);
  setArgument(PARTS, count);
  setArgument(SUMS, count == 1 ? target : sums);
  run(DEPTHWISE + TAPS, count * field(HEIGHT));
  const size = field(HEIGHT) * field(WIDTH) * field(CHANNELS);
  if (count > 1) run(DEPTHWISE + ADD, (size + ADDED_AT_ONCE - 1) / ADDED_AT_ONCE);
}

export function depthwiseTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case POSITIONS: positionsTask(task); break;
    case TAPS: tapsTask(task); break;
    case ADD: addTask(task); break;
  }
}

function setSteps(): void {
  aColumn = ((field(A_STEP_X) * field(A_CHANNELS)) << 2) as usize;
  aRow = ((field(A_STEP_Y) * field(A_WIDTH) * field(A_CHANNELS)) << 2) as usize;
  bColumn = ((field(B_STEP_X) * field(B_CHANNELS)) << 2) as usize;
  bRow = ((field(B_STEP_Y) * field(B_WIDTH) * field(B_CHANNELS)) << 2) as usize;
}

/** Some rows of the result. */
function positionsTask(task: i32): void {
  const height = field(HEIGHT), width = field(WIDTH), channels = field(CHANNELS);
  const each = argument(ROWS) as i32;
  const end = min(field(IMAGES) * height, (task + 1) * each);
  for (let row = task * each; row < end; row++) {
    const image = row / height, y = entry(row - image * height);
    const aAt = argument(A) + (((image * field(A_HEIGHT) + load<i32>(y)) * field(A_WIDTH) * field(A_CHANNELS) << 2) as usize);
    const bAt = argument(B) + ((load<i32>(y, 4) * field(B_WIDTH) * field(B_CHANNELS) << 2) as usize);
    let to = argument(TARGET) + ((row * width * channels << 2) as usize);
    for (let column = 0; column < width; column++, to += (channels as usize) << 2) {
      const x = entry(height + column);
      setSteps();
      outer = 1;
      rows = load<i32>(y, 8);
      columns = load<i32>(x, 8);
      const a = aAt + ((load<i32>(x) * field(A_CHANNELS) << 2) as usize);
      sums(a, bAt + ((load<i32>(x, 4) * field(B_CHANNELS) << 2) as usize), to, channels);
      finishPosition(to, channels);
    }
  }
}

/** One row of taps, from one part of the images. */
function tapsTask(task: i32): void {
  const height = field(HEIGHT), width = field(WIDTH), channels = field(CHANNELS), images = field(IMAGES);
  const count = argument(PARTS) as i32;
  const part = task % count, row = task / count;
  const each = (images + count - 1) / count;
  const first = min(images, part * each);
  const y = entry(row);
  const aImage = ((field(A_HEIGHT) * field(A_WIDTH) * field(A_CHANNELS)) << 2) as usize;
  const bImage = ((field(B_HEIGHT) * field(B_WIDTH) * field(B_CHANNELS)) << 2) as usize;
  const aAt = argument(A) + (first as usize) * aImage + ((load<i32>(y) * field(A_WIDTH) * field(A_CHANNELS) << 2) as usize);
  const bAt = argument(B) + (first as usize) * bImage + ((load<i32>(y, 4) * field(B_WIDTH) * field(B_CHANNELS) << 2) as usize);
  let to = argument(SUMS) + (((part * height + row) * width * channels << 2) as usize);
  setSteps();
  outer = min(each, images - first);
  aOuter = aImage;
  bOuter = bImage;
  for (let column = 0; column < width; column++, to += (channels as usize) << 2) {
    const x = entry(height + column);
    rows = load<i32>(y, 8);
    columns = load<i32>(x, 8);
    const a = aAt + ((load<i32>(x) * field(A_CHANNELS) << 2) as usize);
    sums(a, bAt + ((load<i32>(x, 4) * field(B_CHANNELS) << 2) as usize), to, channels);
  }
}

function addTask(task: i32): void {
  const size = field(HEIGHT) * field(WIDTH) * field(CHANNELS);
  const start = task * ADDED_AT_ONCE;
  addParts(argument(SUMS), argument(PARTS) as i32, size, argument(TARGET), start, min(size, start + ADDED_AT_ONCE));
}

/** The sums of all channels of one place of the result. */
function sums(a: usize, b: usize, to: usize, channels: i32): void {
  const multiplier = field(MULTIPLIER);
  if (multiplier == 1) sumsOfSame(a, b, to, channels);
  else if (field(A_CHANNELS) < field(B_CHANNELS)) sumsOfRepeated(a, b, to, channels, multiplier);
  else sumsOfGroups(a, b, to, channels, multiplier);
}

/** Channel by channel. */
function sumsOfSame(a: usize, b: usize, to: usize, channels: i32): void {
  let c = 0;
  for (; c <= channels - 16; c += 16, a += 64, b += 64, to += 64) sum16(a, b, to);
  for (; c <= channels - 4; c += 4, a += 16, b += 16, to += 16) v128.store(to, sum4(a, b));
  for (; c < channels; c++, a += 4, b += 4, to += 4) store<f32>(to, sum1(a, b));
}

/** Each channel of A by several of B, as many as the result has. */
function sumsOfRepeated(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  let c = 0;
  for (; c <= channels - 4; c += 4, b += 16, to += 16) {
    v128.store(to, sum4Repeated(a + lane(c, multiplier), a + lane(c + 1, multiplier), a + lane(c + 2, multiplier), a + lane(c + 3, multiplier), b));
  }
  for (; c < channels; c++, b += 4, to += 4) store<f32>(to, sum1(a + lane(c, multiplier), b));
}

// @ts-expect-error: decorator
@inline
function lane(channel: i32, multiplier: i32): usize {
  return ((channel / multiplier) as usize) << 2;
}

/** Several channels of A and B for each of the result: they are the innermost side of the box. */
function sumsOfGroups(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  outer = rows;
  aOuter = aRow;
  bOuter = bRow;
  rows = columns;
  aRow = aColumn;
  bRow = bColumn;
  columns = multiplier;
  aColumn = 4;
  bColumn = 4;
  const step = (multiplier as usize) << 2;
  for (let c = 0; c < channels; c++, a += step, b += step, to += 4) store<f32>(to, sum1(a, b));
}

function sum16(a: usize, b: usize, to: usize): void {
  const stepA = aColumn, stepB = bColumn, across = columns;
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let i = 0; i < outer; i++, a += aOuter, b += bOuter) {
    let rowA = a, rowB = b;
    for (let j = 0; j < rows; j++, rowA += aRow, rowB += bRow) {
      let p = rowA, q = rowB;
      for (let k = 0; k < across; k++, p += stepA, q += stepB) {
        s0 = multiplyAdd(v128.load(p), v128.load(q), s0);
        s1 = multiplyAdd(v128.load(p, 16), v128.load(q, 16), s1);
        s2 = multiplyAdd(v128.load(p, 32), v128.load(q, 32), s2);
        s3 = multiplyAdd(v128.load(p, 48), v128.load(q, 48), s3);
      }
    }
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

function sum4(a: usize, b: usize): v128 {
  const stepA = aColumn, stepB = bColumn, across = columns;
  let s = splat(0);
  for (let i = 0; i < outer; i++, a += aOuter, b += bOuter) {
    let rowA = a, rowB = b;
    for (let j = 0; j < rows; j++, rowA += aRow, rowB += bRow) {
      let p = rowA, q = rowB;
      for (let k = 0; k < across; k++, p += stepA, q += stepB) s = multiplyAdd(v128.load(p), v128.load(q), s);
    }
  }
  return s;
}

function sum4Repeated(a0: usize, a1: usize, a2: usize, a3: usize, b: usize): v128 {
  const stepA = aColumn, stepB = bColumn, across = columns;
  a1 -= a0;
  a2 -= a0;
  a3 -= a0;
  let s = splat(0);
  for (let i = 0; i < outer; i++, a0 += aOuter, b += bOuter) {
    let rowA = a0, rowB = b;
    for (let j = 0; j < rows; j++, rowA += aRow, rowB += bRow) {
      let p = rowA, q = rowB;
      for (let k = 0; k < across; k++, p += stepA, q += stepB) {
        let x = v128.load32_zero(p);
        x = v128.load32_lane(p + a1, x, 1);
        x = v128.load32_lane(p + a2, x, 2);
        x = v128.load32_lane(p + a3, x, 3);
        s = multiplyAdd(x, v128.load(q), s);
      }
    }
  }
  return s;
}

function sum1(a: usize, b: usize): f32 {
  const stepA = aColumn, stepB = bColumn, across = columns;
  let s: f32 = 0;
  for (let i = 0; i < outer; i++, a += aOuter, b += bOuter) {
    let rowA = a, rowB = b;
    for (let j = 0; j < rows; j++, rowA += aRow, rowB += bRow) {
      let p = rowA, q = rowB;
      for (let k = 0; k < across; k++, p += stepA, q += stepB) s += load<f32>(p) * load<f32>(q);
    }
  }
  return s;
}

/** activation(sums + bias), a bias a channel. */
function finishPosition(to: usize, channels: i32): void {
  const kind = argument(ACTIVATION) as i32;
  let bias = argument(BIAS), slopes = argument(SLOPES);
  if (kind == LINEAR && bias == 0) return;
  const alpha = splat(numberArgument(ALPHA));
  for (let c = 0; c < channels; c += 4, to += 16) {
    const count = channels - c;
    let x = few(to, count);
    if (bias != 0) {
      x = f32x4.add(x, few(bias, count));
      bias += 16;
    }
    let slope = alpha;
    if (slopes != 0) {
      slope = few(slopes, count);
      slopes += 16;
    }
    x = activate(kind, x, slope);
    if (count >= 4) v128.store(to, x);
    else storeFew(to, x, count);
  }
}

// @ts-expect-error: decorator
@inline
function few(from: usize, count: i32): v128 {
  return count >= 4 ? v128.load(from) : loadFew(from, count);
}
