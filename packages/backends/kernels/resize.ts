/**
 * Resizing of images: each row (column) of the large side is a mixture of two of the other, which tables say; nearest neighbours
 * are the case where the second has no part.
 */
import { FREE } from './layout';
import { multiplyAdd, splat, storeFew } from './simd';
import { RESIZE } from './families';
import { argument, run, scratch, setArgument } from './threads';

/** The kernels of this file. */
const BILINEAR: i32 = 0, NEAREST: i32 = 1, BACK: i32 = 2;

/** Bytes of a row of x that a thread has room for. */
const LINE: usize = 65536 - 16;
/** Numbers of the result that a task makes, about. */
const CHUNK: i32 = 8192;

const X: usize = 0, Y: usize = 1, BATCH: usize = 2, HEIGHT: usize = 3, WIDTH: usize = 4, CHANNELS: usize = 5;
const OUT_HEIGHT: usize = 6, OUT_WIDTH: usize = 7, ROWS: usize = 8, COLUMNS: usize = 9, TASK_ROWS: usize = 10;
const STARTS: usize = 11, ENTRIES: usize = 12;

/** Bytes of an entry of ROWS and COLUMNS: the first place, the second, the share of the second. */
const ENTRY: usize = 12;

// @ts-expect-error: decorator
@inline
function bytes(count: i32): usize {
  return (count as usize) << 2;
}

function sizes(x: usize, y: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, columns: usize): void {
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(BATCH, batch);
  setArgument(HEIGHT, height);
  setArgument(WIDTH, width);
  setArgument(CHANNELS, channels);
  setArgument(OUT_HEIGHT, outHeight);
  setArgument(OUT_WIDTH, outWidth);
  setArgument(COLUMNS, columns);
  setArgument(TASK_ROWS, max(1, CHUNK / max(1, outWidth * channels)));
}

/**
 * y[b, i, j] = x at row rows[i] and column columns[j].
 *
 * @param x  [batch, height, width, channels]; y [batch, outHeight, outWidth, channels]
 * @param rows, columns  for each row (column) of y: first place, second place, share of the second
 * @param nearest  1 when the second has no share
 */
export function resize(x: usize, y: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, rows: usize, columns: usize, nearest: i32): void {
  sizes(x, y, batch, height, width, channels, outHeight, outWidth, columns);
  setArgument(ROWS, rows);
  const taskRows = argument(TASK_ROWS) as i32;
  run(RESIZE + (nearest ? NEAREST : BILINEAR), (batch * outHeight + taskRows - 1) / taskRows);
}

/**
 * The adjoint: y[b, i, j] = the sum over all rows r of x that were made of row i, and columns s of column j, of their shares.
 *
 * @param x  [batch, height, width, channels]: dy of the resizing; y [batch, outHeight, outWidth, channels]: its dx
 * @param starts  for each row of y where its entries start, and where the last ones end
 * @param entries  a row of x and the share of the row of y in it
 * @param columns  for each column of x, as above
 */
export function resizeBack(x: usize, y: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, starts: usize, entries: usize, columns: usize): void {
  sizes(x, y, batch, height, width, channels, outHeight, outWidth, columns);
  setArgument(STARTS, starts);
  setArgument(ENTRIES, entries);
  const taskRows = max(1, CHUNK / max(1, max(outWidth, height * width / outHeight) * channels));
  setArgument(TASK_ROWS, taskRows);
  run(RESIZE + BACK, (batch * outHeight + taskRows - 1) / taskRows);
}

export function resizeTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case BILINEAR: forwardTask(task, false); break;
    case NEAREST: forwardTask(task, true); break;
    case BACK: backTask(task); break;
  }
}

function forwardTask(task: i32, nearest: bool): void {
  const outHeight = argument(OUT_HEIGHT) as i32, row = bytes((argument(WIDTH) as i32) * (argument(CHANNELS) as i32));
  const outRow = bytes((argument(OUT_WIDTH) as i32) * (argument(CHANNELS) as i32)), taskRows = argument(TASK_ROWS) as i32;
  const start = task * taskRows, end = min((argument(BATCH) as i32) * outHeight, start + taskRows);
  // Few or odd channels would leave vectors half empty: there, rows are mixed first, as a whole.
  const narrow = ((argument(CHANNELS) as i32) & 3) != 0 && row <= LINE;
  for (let line = start; line < end; line++) {
    const entry = argument(ROWS) + ENTRY * (line % outHeight) as usize, y = argument(Y) + outRow * line as usize;
    const image = argument(X) + row * ((line / outHeight) * (argument(HEIGHT) as i32)) as usize;
    const above = image + row * load<u32>(entry) as usize, below = image + row * load<u32>(entry, 4) as usize;
    if (nearest) pickRow(above, y);
    else if (narrow) mixNarrowRow(above, below, load<f32>(entry, 8), row, y);
    else mixRow(above, below, load<f32>(entry, 8), y);
  }
}

function pickRow(x: usize, y: usize): void {
  const outWidth = argument(OUT_WIDTH) as i32, channels = bytes(argument(CHANNELS) as i32);
  let entry = argument(COLUMNS);
  for (let j = 0; j < outWidth; j++, entry += ENTRY, y += channels) {
    const from = x + channels * load<u32>(entry) as usize;
    let c: usize = 0;
    for (; c + 16 <= channels; c += 16) v128.store(y + c, v128.load(from + c));
    for (; c < channels; c += 4) store<f32>(y + c, load<f32>(from + c));
  }
}

/** A row of y from the rows above and below it, of which the second has the share `down`. */
function mixRow(above: usize, below: usize, down: f32, y: usize): void {
  const outWidth = argument(OUT_WIDTH) as i32, channels = bytes(argument(CHANNELS) as i32), down4 = splat(down);
  let entry = argument(COLUMNS);
  for (let j = 0; j < outWidth; j++, entry += ENTRY, y += channels) {
    const left = channels * load<u32>(entry) as usize, right = channels * load<u32>(entry, 4) as usize;
    const across = load<f32>(entry, 8), across4 = splat(across);
    let c: usize = 0;
    for (; c + 16 <= channels; c += 16) {
      const top = mix4(v128.load(above + left + c), v128.load(above + right + c), across4);
      const bottom = mix4(v128.load(below + left + c), v128.load(below + right + c), across4);
      v128.store(y + c, mix4(top, bottom, down4));
    }
    for (; c < channels; c += 4) {
      const top = mix(load<f32>(above + left + c), load<f32>(above + right + c), across);
      const bottom = mix(load<f32>(below + left + c), load<f32>(below + right + c), across);
      store<f32>(y + c, mix(top, bottom, down));
    }
  }
}

/** The same: first the two rows, of `length` bytes, then columns of the mixture. Beyond the last channel a vector reads on, and is cut off. */
function mixNarrowRow(above: usize, below: usize, down: f32, length: usize, y: usize): void {
  const outWidth = argument(OUT_WIDTH) as i32, channels = bytes(argument(CHANNELS) as i32), down4 = splat(down);
  const line = scratch() + FREE;
  let j: usize = 0;
  for (; j + 16 <= length; j += 16) v128.store(line + j, mix4(v128.load(above + j), v128.load(below + j), down4));
  for (; j < length; j += 4) store<f32>(line + j, mix(load<f32>(above + j), load<f32>(below + j), down));
  let entry = argument(COLUMNS);
  for (let j = 0; j < outWidth; j++, entry += ENTRY, y += channels) {
    const left = line + channels * load<u32>(entry) as usize, right = line + channels * load<u32>(entry, 4) as usize;
    const across = splat(load<f32>(entry, 8));
    for (let c: usize = 0; c < channels; c += 16) {
      const mixed = mix4(v128.load(left + c), v128.load(right + c), across);
      if (c + 16 <= channels) v128.store(y + c, mixed);
      else storeFew(y + c, mixed, ((channels - c) >> 2) as i32);
    }
  }
}

// @ts-expect-error: decorator
@inline
function mix4(a: v128, b: v128, share: v128): v128 {
  return multiplyAdd(f32x4.sub(b, a), share, a);
}

// @ts-expect-error: decorator
@inline
function mix(a: f32, b: f32, share: f32): f32 {
  return a + (b - a) * share;
}

function backTask(task: i32): void {
  const outHeight = argument(OUT_HEIGHT) as i32, row = bytes((argument(WIDTH) as i32) * (argument(CHANNELS) as i32));
  const outRow = bytes((argument(OUT_WIDTH) as i32) * (argument(CHANNELS) as i32)), taskRows = argument(TASK_ROWS) as i32;
  const start = task * taskRows, end = min((argument(BATCH) as i32) * outHeight, start + taskRows);
  for (let line = start; line < end; line++) {
    const starts = argument(STARTS) + bytes(line % outHeight), y = argument(Y) + outRow * line as usize;
    const image = argument(X) + row * ((line / outHeight) * (argument(HEIGHT) as i32)) as usize;
    memory.fill(y, 0, outRow);
    for (let at = load<u32>(starts); at < load<u32>(starts, 4); at++) {
      const entry = argument(ENTRIES) + (at << 3);
      spreadRow(image + row * load<u32>(entry) as usize, load<f32>(entry, 4), y);
    }
  }
}

/** Adds a row of x, times `share`, to the columns of y that it was made of. */
function spreadRow(x: usize, share: f32, y: usize): void {
  const width = argument(WIDTH) as i32, channels = bytes(argument(CHANNELS) as i32);
  let entry = argument(COLUMNS);
  for (let j = 0; j < width; j++, entry += ENTRY, x += channels) {
    const across = load<f32>(entry, 8);
    addTimes(x, share * (1 - across), y + channels * load<u32>(entry) as usize, channels);
    if (across != 0) addTimes(x, share * across, y + channels * load<u32>(entry, 4) as usize, channels);
  }
}

// @ts-expect-error: decorator
@inline
function addTimes(x: usize, factor: f32, y: usize, length: usize): void {
  const factor4 = splat(factor);
  let c: usize = 0;
  for (; c + 16 <= length; c += 16) v128.store(y + c, multiplyAdd(v128.load(x + c), factor4, v128.load(y + c)));
  for (; c < length; c += 4) store<f32>(y + c, load<f32>(y + c) + load<f32>(x + c) * factor);
}
