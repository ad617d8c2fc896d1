/**
 * Normalisation of rows: layer norm. A row stays in the first cache, so that passes over it are cheap: going back, its statistics are
 * found anew.
 */
import { bytes, CHUNK, perform, sumOf } from './norm';
import { multiplyAdd, splat, total } from './simd';
import { argument, numberArgument, setArgument, setNumberArgument } from './threads';

/** The kernels of this file, from norm.ts's LAYER on. */
const FORWARD: i32 = 8,
  BACK: i32 = 9;

/** Parts of a gradient at most, whose sums are put together by one thread. */
const MOST_PARTS: i32 = 64;

const X: usize = 0,
  SCALE: usize = 1,
  OFFSET: usize = 2,
  EPSILON: usize = 3,
  Y: usize = 4,
  DY: usize = 5,
  DX: usize = 6;
const ROWS: usize = 7,
  WIDTH: usize = 8,
  PART_ROWS: usize = 9,
  PARTIAL: usize = 10;

/** y = scale (x − mean) / √(variance + epsilon) + offset for each of `rows` rows of `width` numbers; scale and offset [width]. */
export function normalizeRows(
  x: usize,
  scale: usize,
  offset: usize,
  epsilon: f32,
  y: usize,
  rows: i32,
  width: i32,
): void {
  setArgument(X, x);
  setArgument(SCALE, scale);
  setArgument(OFFSET, offset);
  setNumberArgument(EPSILON, epsilon);
  setArgument(Y, y);
  setArgument(ROWS, rows);
  setArgument(WIDTH, width);
  const partRows = max(1, CHUNK / 2 / width);
  setArgument(PART_ROWS, partRows);
  perform(FORWARD, (rows + partRows - 1) / partRows, rows * width);
}

function backPartRows(rows: i32, width: i32): i32 {
  return max(max(1, CHUNK / 2 / width), (rows + MOST_PARTS - 1) / MOST_PARTS);
}

/** Bytes that normalizeRowsBack needs on the way. */
export function normRowsRoom(rows: i32, width: i32): usize {
  const partRows = backPartRows(rows, width);
  return ((bytes(width) * 2 * ((rows + partRows - 1) / partRows)) as usize) + 64;
}

/** Gradients of normalizeRows. */
export function normalizeRowsBack(
  x: usize,
  scale: usize,
  epsilon: f32,
  dy: usize,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  rows: i32,
  width: i32,
  room: usize,
): void {
  setArgument(X, x);
  setArgument(SCALE, scale);
  setNumberArgument(EPSILON, epsilon);
  setArgument(DY, dy);
  setArgument(DX, dx);
  setArgument(ROWS, rows);
  setArgument(WIDTH, width);
  const partRows = backPartRows(rows, width),
    parts = (rows + partRows - 1) / partRows,
    sums = (room + 15) & ~15;
  setArgument(PART_ROWS, partRows);
  setArgument(PARTIAL, sums);
  perform(BACK, parts, rows * width);
  sumOf(sums, parts, bytes(width) * 2, dScale, width);
  sumOf(sums + bytes(width), parts, bytes(width) * 2, dOffset, width);
}

export function layerNormTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case FORWARD:
      forwardTask(task);
      break;
    case BACK:
      backTask(task);
      break;
  }
}

// What rowStatistics found, of the row at work.
/** The first number, to which the others are compared, and the mean less it. */
let rowFirst: f32 = 0;
let rowMean: f32 = 0;
let rowInverse: f32 = 0;

/** Mean and 1 / √(variance + epsilon) of a row, which stays in the first cache meanwhile. */
function rowStatistics(x: usize, width: i32, epsilon: f32): void {
  const end = x + bytes(width),
    start = load<f32>(x),
    from = splat(start);
  let sum0 = splat(0),
    sum1 = splat(0),
    sum: f32 = 0,
    at = x;
  for (; at + 32 <= end; at += 32) {
    sum0 = f32x4.add(sum0, f32x4.sub(v128.load(at), from));
    sum1 = f32x4.add(sum1, f32x4.sub(v128.load(at, 16), from));
  }
  for (; at < end; at += 4) sum += load<f32>(at) - start;
  const middle = (sum + total(f32x4.add(sum0, sum1))) / (width as f32),
    centre = splat(middle);
  sum0 = splat(0);
  sum1 = splat(0);
  sum = 0;
  for (at = x; at + 32 <= end; at += 32) {
    const d0 = f32x4.sub(f32x4.sub(v128.load(at), from), centre);
    const d1 = f32x4.sub(f32x4.sub(v128.load(at, 16), from), centre);
    sum0 = multiplyAdd(d0, d0, sum0);
    sum1 = multiplyAdd(d1, d1, sum1);
  }
  for (; at < end; at += 4) {
    const d = load<f32>(at) - start - middle;
    sum += d * d;
  }
  rowFirst = start;
  rowMean = middle;
  rowInverse = 1 / sqrt<f32>((sum + total(f32x4.add(sum0, sum1))) / (width as f32) + epsilon);
}

function forwardTask(task: i32): void {
  const width = argument(WIDTH) as i32,
    size = bytes(width),
    partRows = argument(PART_ROWS) as i32;
  const start = task * partRows,
    end = min(argument(ROWS) as i32, start + partRows);
  const scale = argument(SCALE),
    offset = argument(OFFSET),
    epsilon = numberArgument(EPSILON);
  let x = argument(X) + (start as usize) * size,
    y = argument(Y) + (start as usize) * size;
  for (let row = start; row < end; row++, x += size, y += size) {
    rowStatistics(x, width, epsilon);
    const from = splat(rowFirst),
      centre = splat(rowMean),
      factor = splat(rowInverse);
    let j: usize = 0;
    for (; j + 16 <= size; j += 16) {
      const d = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + j), from), centre), factor);
      v128.store(y + j, multiplyAdd(d, v128.load(scale + j), v128.load(offset + j)));
    }
    for (; j < size; j += 4) {
      store<f32>(
        y + j,
        (load<f32>(x + j) - rowFirst - rowMean) * rowInverse * load<f32>(scale + j) + load<f32>(offset + j),
      );
    }
  }
}

function backTask(task: i32): void {
  const width = argument(WIDTH) as i32,
    size = bytes(width),
    partRows = argument(PART_ROWS) as i32;
  const start = task * partRows,
    end = min(argument(ROWS) as i32, start + partRows);
  const scale = argument(SCALE),
    epsilon = numberArgument(EPSILON),
    skipped = (start as usize) * size;
  const sums = argument(PARTIAL) + size * 2 * (task as usize);
  let x = argument(X) + skipped,
    dy = argument(DY) + skipped,
    dx = argument(DX) + skipped;
  memory.fill(sums, 0, size * 2);
  for (let row = start; row < end; row++, x += size, dy += size, dx += size) {
    rowStatistics(x, width, epsilon);
    rowBack(x, dy, dx, scale, size, sums);
  }
}

/** dx of a row whose statistics are known; what it adds to the gradients of scale and offset goes into `sums`. */
function rowBack(x: usize, dy: usize, dx: usize, scale: usize, size: usize, sums: usize): void {
  const from = splat(rowFirst),
    centre = splat(rowMean),
    factor = splat(rowInverse);
  let sum4 = splat(0),
    product4 = splat(0),
    sum: f32 = 0,
    product: f32 = 0,
    j: usize = 0;
  for (; j + 16 <= size; j += 16) {
    const d = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + j), from), centre), factor),
      g = v128.load(dy + j);
    v128.store(sums + j, multiplyAdd(g, d, v128.load(sums + j)));
    v128.store(sums + size + j, f32x4.add(g, v128.load(sums + size + j)));
    const scaled = f32x4.mul(g, v128.load(scale + j));
    sum4 = f32x4.add(sum4, scaled);
    product4 = multiplyAdd(scaled, d, product4);
  }
  for (; j < size; j += 4) {
    const d = (load<f32>(x + j) - rowFirst - rowMean) * rowInverse,
      g = load<f32>(dy + j),
      scaled = g * load<f32>(scale + j);
    store<f32>(sums + j, load<f32>(sums + j) + g * d);
    store<f32>(sums + size + j, load<f32>(sums + size + j) + g);
    sum += scaled;
    product += scaled * d;
  }
  const share: f32 = 4 / (size as f32);
  const level = (sum + total(sum4)) * share * rowInverse,
    slope = (product + total(product4)) * share * rowInverse;
  const level4 = splat(level),
    slope4 = splat(slope);
  for (j = 0; j + 16 <= size; j += 16) {
    const d = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + j), from), centre), factor);
    const straight = f32x4.sub(f32x4.mul(f32x4.mul(v128.load(dy + j), v128.load(scale + j)), factor), level4);
    v128.store(dx + j, f32x4.sub(straight, f32x4.mul(d, slope4)));
  }
  for (; j < size; j += 4) {
    const d = (load<f32>(x + j) - rowFirst - rowMean) * rowInverse;
    store<f32>(dx + j, load<f32>(dy + j) * load<f32>(scale + j) * rowInverse - level - d * slope);
  }
}
