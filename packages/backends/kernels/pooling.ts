/**
 * Pooling: each place of the result is made of a rectangle of places of the source, channel by channel. Which rectangle, tables
 * of the first row (column) and the one after the last say; so the kernel serves any window, stride and padding, and the
 * gradient of the mean as well, which is a sum over the places whose window a place lay in.
 */
import { FREE } from './layout';
import { splat, storeFew } from './simd';
import { POOLING } from './families';
import { argument, numberArgument, run, scratch, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const POOL: i32 = 0, MAX_BACK: i32 = 1;

/** What is made of a rectangle, as src/wasm/pooling.ts names them. */
const MAX: i32 = 0, MEAN: i32 = 1, SUM: i32 = 2;

/** Numbers of the source that a task reads, about. */
const CHUNK: i32 = 16384;
/** Bytes of a row of the source that a thread has room for. */
const LINE: usize = 65536 - 16;
/** Channels that one task takes of the gradient of the maximum. */
const CHANNEL_CHUNK: i32 = 256;

const KIND: usize = 0, X: usize = 1, Y: usize = 2, BATCH: usize = 3, HEIGHT: usize = 4, WIDTH: usize = 5, CHANNELS: usize = 6;
const OUT_HEIGHT: usize = 7, OUT_WIDTH: usize = 8, ROWS: usize = 9, COLUMNS: usize = 10, FACTOR: usize = 11, TASK_ROWS: usize = 12;
const DY: usize = 13, DX: usize = 14;

// @ts-expect-error: decorator
@inline
function bytes(count: i32): usize {
  return (count as usize) << 2;
}

/**
 * y[b, i, j] = the maximum, mean, or sum times `factor`, of x[b, r, s] over rows[i].first ≤ r < rows[i].end and likewise s.
 * Of nothing: −∞, NaN, 0.
 *
 * @param x  [batch, height, width, channels]; y [batch, outHeight, outWidth, channels]
 * @param rows, columns  a pair of whole numbers for each row (column) of y
 */
export function pool(kind: i32, x: usize, y: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, rows: usize, columns: usize, factor: f32): void {
  setArgument(KIND, kind);
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(BATCH, batch);
  setArgument(HEIGHT, height);
  setArgument(WIDTH, width);
  setArgument(CHANNELS, channels);
  setArgument(OUT_HEIGHT, outHeight);
  setArgument(OUT_WIDTH, outWidth);
  setArgument(ROWS, rows);
  setArgument(COLUMNS, columns);
  setNumberArgument(FACTOR, factor);
  // Of the source, or of the result where that is larger.
  const work = max(1, max(height * width, outHeight * outWidth) * channels / outHeight);
  const taskRows = max(1, CHUNK / work);
  setArgument(TASK_ROWS, taskRows);
  run(POOLING + POOL, (batch * outHeight + taskRows - 1) / taskRows);
}

/**
 * dx: each dy goes to the place of its window where x is largest, the first of several; NaN is larger than any number.
 *
 * @param x, dx  [batch, height, width, channels]; dy [batch, outHeight, outWidth, channels]
 */
export function maxPoolBack(x: usize, dy: usize, dx: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, rows: usize, columns: usize): void {
  setArgument(X, x);
  setArgument(DY, dy);
  setArgument(DX, dx);
  setArgument(BATCH, batch);
  setArgument(HEIGHT, height);
  setArgument(WIDTH, width);
  setArgument(CHANNELS, channels);
  setArgument(OUT_HEIGHT, outHeight);
  setArgument(OUT_WIDTH, outWidth);
  setArgument(ROWS, rows);
  setArgument(COLUMNS, columns);
  const images = max(1, CHUNK / max(1, height * width * channels));
  setArgument(TASK_ROWS, images);
  run(POOLING + MAX_BACK, ((batch + images - 1) / images) * ((channels + CHANNEL_CHUNK - 1) / CHANNEL_CHUNK));
}

export function poolingTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case POOL: poolTask(task); break;
    case MAX_BACK: maxBackTask(task); break;
  }
}

// --- the rectangle at work ---
let rowFirst: i32 = 0;
let rowEnd: i32 = 0;
let columnFirst: i32 = 0;
let columnEnd: i32 = 0;

function poolTask(task: i32): void {
  const outHeight = argument(OUT_HEIGHT) as i32, outWidth = argument(OUT_WIDTH) as i32, taskRows = argument(TASK_ROWS) as i32;
  const channels = bytes(argument(CHANNELS) as i32), width = argument(WIDTH) as i32, kind = argument(KIND) as i32;
  const image = channels * ((argument(HEIGHT) as i32) * width) as usize;
  const start = task * taskRows, end = min((argument(BATCH) as i32) * outHeight, start + taskRows);
  // Few or odd channels would leave vectors half empty: there, rows are put together first, as a whole.
  const narrow = (channels & 15) != 0 && channels * width as usize <= LINE;
  let y = argument(Y) + channels * (start * outWidth) as usize;
  for (let line = start; line < end; line++) {
    const i = line % outHeight;
    const x = argument(X) + image * (line / outHeight) as usize;
    rowFirst = load<i32>(argument(ROWS) + bytes(2 * i));
    rowEnd = load<i32>(argument(ROWS) + bytes(2 * i), 4);
    if (narrow) joinRows(kind, x, channels * width as usize);
    for (let j = 0; j < outWidth; j++, y += channels) {
      columnFirst = load<i32>(argument(COLUMNS) + bytes(2 * j));
      columnEnd = load<i32>(argument(COLUMNS) + bytes(2 * j), 4);
      const factor: f32 = kind == MEAN ? 1 / (((rowEnd - rowFirst) * (columnEnd - columnFirst)) as f32) : numberArgument(FACTOR);
      if (narrow) joinColumns(kind, y, channels, factor);
      else if (kind == MAX) largest(x, y, channels, width);
      else average(x, y, channels, width, factor);
    }
  }
}

/** NaN where either is NaN; f32x4.max is that too, but several times as many instructions. */
// @ts-expect-error: decorator
@inline
function larger(best: v128, x: v128): v128 {
  return v128.or(f32x4.pmax(best, x), f32x4.ne(x, x));
}

/** The largest, or the sums, along the rows at work of all that stands in a row of `length` bytes; into this thread's own memory. */
function joinRows(kind: i32, x: usize, length: usize): void {
  const line = scratch() + FREE, first = x + length * rowFirst as usize, end = x + length * rowEnd as usize;
  const nothing = splat(kind == MAX ? -Infinity as f32 : 0);
  let j: usize = 0;
  for (; j + 16 <= length; j += 16) {
    let joined = nothing;
    if (kind == MAX) for (let at = first + j; at < end; at += length) joined = larger(joined, v128.load(at));
    else for (let at = first + j; at < end; at += length) joined = f32x4.add(joined, v128.load(at));
    v128.store(line + j, joined);
  }
  for (; j < length; j += 4) {
    let joined = f32x4.extract_lane(nothing, 0);
    for (let at = first + j; at < end; at += length) joined = kind == MAX ? max(joined, load<f32>(at)) : joined + load<f32>(at);
    store<f32>(line + j, joined);
  }
}

/** The same along the columns at work, of what joinRows left. Beyond the last channel a vector reads on, and is cut off. */
function joinColumns(kind: i32, y: usize, channels: usize, factor: f32): void {
  const line = scratch() + FREE, first = line + channels * columnFirst as usize, end = line + channels * columnEnd as usize;
  const nothing = splat(kind == MAX ? -Infinity as f32 : 0), factor4 = splat(factor);
  for (let c: usize = 0; c < channels; c += 16) {
    let joined = nothing;
    if (kind == MAX) for (let at = first + c; at < end; at += channels) joined = larger(joined, v128.load(at));
    else for (let at = first + c; at < end; at += channels) joined = f32x4.add(joined, v128.load(at));
    if (kind != MAX) joined = f32x4.mul(joined, factor4);
    if (c + 16 <= channels) v128.store(y + c, joined);
    else storeFew(y + c, joined, ((channels - c) >> 2) as i32);
  }
}

/** The largest of a rectangle. */
function largest(x: usize, y: usize, channels: usize, width: i32): void {
  const corner = x + channels * (rowFirst * width + columnFirst) as usize, across = channels * (columnEnd - columnFirst) as usize;
  const down = channels * width as usize, lowest = splat(-Infinity as f32);
  let c: usize = 0;
  for (; c + 32 <= channels; c += 32) {
    let best0 = lowest, best1 = lowest, line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      for (let at = line, last = line + across; at < last; at += channels) {
        best0 = larger(best0, v128.load(at));
        best1 = larger(best1, v128.load(at, 16));
      }
    }
    v128.store(y + c, best0);
    v128.store(y + c, best1, 16);
  }
  for (; c + 16 <= channels; c += 16) {
    let best = lowest, line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      for (let at = line, last = line + across; at < last; at += channels) best = larger(best, v128.load(at));
    }
    v128.store(y + c, best);
  }
  for (; c < channels; c += 4) {
    let best: f32 = -Infinity, line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      for (let at = line, last = line + across; at < last; at += channels) best = max(best, load<f32>(at));
    }
    store<f32>(y + c, best);
  }
}

/** The sums of a rectangle times `factor`: sums of its rows first, since a float sum of very many numbers loses digits. */
function average(x: usize, y: usize, channels: usize, width: i32, factor: f32): void {
  const corner = x + channels * (rowFirst * width + columnFirst) as usize, across = channels * (columnEnd - columnFirst) as usize;
  const down = channels * width as usize, factor4 = splat(factor);
  let c: usize = 0;
  for (; c + 32 <= channels; c += 32) {
    let sum0 = splat(0), sum1 = splat(0), line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      let line0 = splat(0), line1 = splat(0);
      for (let at = line, last = line + across; at < last; at += channels) {
        line0 = f32x4.add(line0, v128.load(at));
        line1 = f32x4.add(line1, v128.load(at, 16));
      }
      sum0 = f32x4.add(sum0, line0);
      sum1 = f32x4.add(sum1, line1);
    }
    v128.store(y + c, f32x4.mul(sum0, factor4));
    v128.store(y + c, f32x4.mul(sum1, factor4), 16);
  }
  for (; c + 16 <= channels; c += 16) {
    let sum = splat(0), line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      let ofLine = splat(0);
      for (let at = line, last = line + across; at < last; at += channels) ofLine = f32x4.add(ofLine, v128.load(at));
      sum = f32x4.add(sum, ofLine);
    }
    v128.store(y + c, f32x4.mul(sum, factor4));
  }
  for (; c < channels; c += 4) {
    let sum: f32 = 0, line = corner + c;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      let ofLine: f32 = 0;
      for (let at = line, last = line + across; at < last; at += channels) ofLine += load<f32>(at);
      sum += ofLine;
    }
    store<f32>(y + c, sum * factor);
  }
}

/** Windows overlap, channels do not: a task takes whole images, of some channels. */
function maxBackTask(task: i32): void {
  const all = argument(CHANNELS) as i32, chunks = (all + CHANNEL_CHUNK - 1) / CHANNEL_CHUNK, images = argument(TASK_ROWS) as i32;
  const from = bytes((task % chunks) * CHANNEL_CHUNK), to = min(from + bytes(CHANNEL_CHUNK), bytes(all));
  const first = (task / chunks) * images, end = min(argument(BATCH) as i32, first + images);
  for (let b = first; b < end; b++) maxBackImage(b, from, to);
}

function maxBackImage(b: i32, from: usize, to: usize): void {
  const channels = bytes(argument(CHANNELS) as i32), width = argument(WIDTH) as i32;
  const outHeight = argument(OUT_HEIGHT) as i32, outWidth = argument(OUT_WIDTH) as i32;
  const places = (argument(HEIGHT) as i32) * width, image = channels * (b * places) as usize;
  const x = argument(X) + image, dx = argument(DX) + image;
  let dy = argument(DY) + channels * (b * outHeight * outWidth) as usize;
  clear(dx, channels, places, from, to);
  for (let i = 0; i < outHeight; i++) {
    rowFirst = load<i32>(argument(ROWS) + bytes(2 * i));
    rowEnd = load<i32>(argument(ROWS) + bytes(2 * i), 4);
    for (let j = 0; j < outWidth; j++, dy += channels) {
      columnFirst = load<i32>(argument(COLUMNS) + bytes(2 * j));
      columnEnd = load<i32>(argument(COLUMNS) + bytes(2 * j), 4);
      if (rowFirst < rowEnd && columnFirst < columnEnd) toLargest(x, dy, dx, channels, width, from, to);
    }
  }
}

/** Zeros for the channels from … to of each place. */
function clear(dx: usize, channels: usize, places: i32, from: usize, to: usize): void {
  if (to - from == channels) return memory.fill(dx, 0, channels * places as usize);
  for (let place = 0; place < places; place++, dx += channels) memory.fill(dx + from, 0, to - from);
}

/** Adds dy to dx where x is largest. */
function toLargest(x: usize, dy: usize, dx: usize, channels: usize, width: i32, from: usize, to: usize): void {
  const corner = channels * (rowFirst * width + columnFirst) as usize, across = channels * (columnEnd - columnFirst) as usize;
  const down = channels * width as usize;
  let c = from;
  for (; c + 16 <= to; c += 16) {
    let best = v128.load(x + corner + c), place = i32x4.splat(corner as i32), line = corner;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      for (let at = line, last = line + across; at < last; at += channels) {
        const value = v128.load(x + at + c);
        // Larger, or NaN; but nothing is larger than NaN.
        const better = v128.andnot(f32x4.eq(best, best), f32x4.le(value, best));
        best = v128.bitselect(value, best, better);
        place = v128.bitselect(i32x4.splat(at as i32), place, better);
      }
    }
    const target = dx + c, g = v128.load(dy + c);
    addAt(target + (i32x4.extract_lane(place, 0) as usize), f32x4.extract_lane(g, 0));
    addAt(target + 4 + (i32x4.extract_lane(place, 1) as usize), f32x4.extract_lane(g, 1));
    addAt(target + 8 + (i32x4.extract_lane(place, 2) as usize), f32x4.extract_lane(g, 2));
    addAt(target + 12 + (i32x4.extract_lane(place, 3) as usize), f32x4.extract_lane(g, 3));
  }
  for (; c < to; c += 4) {
    let best = load<f32>(x + corner + c), place = corner, line = corner;
    for (let r = rowFirst; r < rowEnd; r++, line += down) {
      for (let at = line, last = line + across; at < last; at += channels) {
        const value = load<f32>(x + at + c);
        if (best == best && !(value <= best)) {
          best = value;
          place = at;
        }
      }
    }
    addAt(dx + place + c, load<f32>(dy + c));
  }
}

// @ts-expect-error: decorator
@inline
function addAt(address: usize, value: f32): void {
  store<f32>(address, load<f32>(address) + value);
}
