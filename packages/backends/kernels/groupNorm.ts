/**
 * Normalisation of groups of channels over the places of an example: group norm; with all places as one example and each channel
 * a group of its own, batch norm.
 *
 * x is [examples, rows, channels]. `fold` rows are taken as one wide row, whose width is a multiple of four, so that few or
 * odd channels fill vectors as well; what is left over at the end, the rest, is a row that ends early. Rows are cut into parts.
 *   1. partial sums of each part: of x and x² about a shift near the part's mean, so that nothing cancels
 *   2. for each example, these are put together in float64: mean, variance, and y = a (x − mean) + b in tables of one wide row
 *   3. y
 * The mean is kept in two floats, the second within b: x − mean is right to the last digit even where the mean is large.
 * Going back likewise: sums of dy, dy (x − mean) and x − mean; then dx = a dy + c (x − mean) + b.
 *
 * Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, section 3.
 */
import { bytes, CHUNK, perform, sumOf } from './norm';
import { multiplyAdd, splat } from './simd';
import { argument, numberArgument, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const SUMS: i32 = 0, COMBINE: i32 = 1, APPLY: i32 = 2;
const HINTS: i32 = 3, BACK_SUMS: i32 = 4, BACK_COMBINE: i32 = 5, BACK_APPLY: i32 = 6;

/** Rows of a part at most: float sums of more lose digits. */
const MOST_ROWS: i32 = 1024;
/** Columns of a part at most. */
const MOST_COLUMNS: i32 = 512;

const X: usize = 0, SCALE: usize = 1, OFFSET: usize = 2, EPSILON: usize = 3, Y: usize = 4, MEAN: usize = 5, VARIANCE: usize = 6;
const DY: usize = 7, D_MEAN: usize = 8, D_VARIANCE: usize = 9, DX: usize = 10, D_SCALE: usize = 11, D_OFFSET: usize = 12;
const EXAMPLES: usize = 13, ROWS: usize = 14, CHANNELS: usize = 15, GROUPS: usize = 16;
/** Rows in a wide row, its width, wide rows of an example, numbers of its rest. */
const FOLD: usize = 17, WIDE: usize = 18, WIDE_ROWS: usize = 19, REST: usize = 20;
const PART_ROWS: usize = 21, PARTS: usize = 22, PART_COLUMNS: usize = 23, ACROSS: usize = 24;
/** Sums [examples, parts + 1, 3, wide], tables [examples, 4, wide], gradients of each example [examples, 2, channels]. */
const PARTIAL: usize = 25, TABLES: usize = 26, EACH: usize = 27;
/** Wide rows that a task of 3. takes, and how many tasks that makes of an example. */
const APPLY_ROWS: usize = 28, APPLY_TASKS: usize = 29;

function foldOf(channels: i32): i32 {
  let fold = channels % 4 == 0 ? 1 : channels % 2 == 0 ? 2 : 4;
  while (fold * channels < 16) fold *= 2;
  return fold;
}

function partRowsOf(wide: i32): i32 {
  return min(max(CHUNK / min(wide, MOST_COLUMNS), 16), MOST_ROWS);
}

/** Bytes that normalizeGroups and normalizeGroupsBack need on the way. */
export function normRoom(examples: i32, rows: i32, channels: i32): usize {
  const fold = foldOf(channels), wide = fold * channels, partRows = partRowsOf(wide);
  const parts = (rows / fold + partRows - 1) / partRows + 1;
  return (examples as usize) * (bytes(wide) * ((parts * 3 + 4) as usize) + bytes(channels) * 2) + 64;
}

/** Sets the arguments that say how the work is cut. */
function cut(examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  const fold = foldOf(channels), wide = fold * channels, wideRows = rows / fold;
  const partRows = partRowsOf(wide), parts = (wideRows + partRows - 1) / partRows;
  const columns = min(wide, MOST_COLUMNS), applyRows = max(1, CHUNK / wide);
  const allRows = (rows + fold - 1) / fold;
  setArgument(EXAMPLES, examples);
  setArgument(ROWS, rows);
  setArgument(CHANNELS, channels);
  setArgument(GROUPS, groups);
  setArgument(FOLD, fold);
  setArgument(WIDE, wide);
  setArgument(WIDE_ROWS, wideRows);
  setArgument(REST, rows * channels - wideRows * wide);
  setArgument(PART_ROWS, partRows);
  setArgument(PARTS, parts);
  setArgument(PART_COLUMNS, columns);
  setArgument(ACROSS, (wide + columns - 1) / columns);
  setArgument(APPLY_ROWS, applyRows);
  setArgument(APPLY_TASKS, (allRows + applyRows - 1) / applyRows);
  const partial = (room + 15) & ~15, tables = partial + bytes(wide) * (examples as usize) * ((parts * 3 + 3) as usize);
  setArgument(PARTIAL, partial);
  setArgument(TABLES, tables);
  setArgument(EACH, tables + bytes(wide) * (examples as usize) * 4);
}

/**
 * y = scale (x − mean) / √(variance + epsilon) + offset, mean and variance of each example and group over its rows and channels.
 *
 * @param x  [examples, rows, channels]; y the same
 * @param scale, offset  [channels]
 * @param mean, variance  [examples, groups], written
 * @param room  normRoom(examples, rows, channels) bytes
 */
export function normalizeGroups(x: usize, scale: usize, offset: usize, epsilon: f32, y: usize, mean: usize, variance: usize, examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  cut(examples, rows, channels, groups, room);
  setArgument(X, x);
  setArgument(SCALE, scale);
  setArgument(OFFSET, offset);
  setNumberArgument(EPSILON, epsilon);
  setArgument(Y, y);
  setArgument(MEAN, mean);
  setArgument(VARIANCE, variance);
  const work = examples * rows * channels;
  perform(SUMS, examples * (argument(PARTS) as i32) * (argument(ACROSS) as i32), work);
  perform(COMBINE, examples, work);
  perform(APPLY, examples * (argument(APPLY_TASKS) as i32), work);
}

/** y = scale (x − mean) / √(variance + epsilon) + offset with mean and variance as given, [channels]; scale and offset may be 0 for none. */
export function normalizeBy(x: usize, mean: usize, variance: usize, scale: usize, offset: usize, epsilon: f32, y: usize, rows: i32, channels: i32, room: usize): void {
  cut(1, rows, channels, channels, room);
  setArgument(X, x);
  setArgument(Y, y);
  const fold = argument(FOLD) as i32, wide = bytes(argument(WIDE) as i32), table = argument(TABLES);
  for (let c = 0; c < channels; c++) {
    const at = bytes(c);
    const root = sqrt<f64>((load<f32>(variance + at) as f64) + (epsilon as f64));
    const a = ((scale ? load<f32>(scale + at) as f64 : 1) / root) as f32;
    for (let j = table + at, i = 0; i < fold; i++, j += bytes(channels)) {
      store<f32>(j, load<f32>(mean + at));
      store<f32>(j + wide, a);
      store<f32>(j + 2 * wide, offset ? load<f32>(offset + at) : 0);
    }
  }
  perform(APPLY, argument(APPLY_TASKS) as i32, rows * channels);
}

/**
 * Gradients of normalizeGroups: dx [examples, rows, channels], dScale and dOffset [channels], from those of y, mean and variance.
 *
 * @param mean, variance  as normalizeGroups gave them
 */
export function normalizeGroupsBack(x: usize, scale: usize, epsilon: f32, mean: usize, variance: usize, dy: usize, dMean: usize, dVariance: usize, dx: usize, dScale: usize, dOffset: usize, examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  cut(examples, rows, channels, groups, room);
  setArgument(X, x);
  setArgument(SCALE, scale);
  setNumberArgument(EPSILON, epsilon);
  setArgument(MEAN, mean);
  setArgument(VARIANCE, variance);
  setArgument(DY, dy);
  setArgument(D_MEAN, dMean);
  setArgument(D_VARIANCE, dVariance);
  setArgument(DX, dx);
  setArgument(D_SCALE, dScale);
  setArgument(D_OFFSET, dOffset);
  const work = examples * rows * channels;
  perform(HINTS, examples, work);
  perform(BACK_SUMS, examples * (argument(PARTS) as i32) * (argument(ACROSS) as i32), work);
  perform(BACK_COMBINE, examples, work);
  perform(BACK_APPLY, examples * (argument(APPLY_TASKS) as i32), work);
  sumOf(argument(EACH), examples, bytes(channels) * 2, dScale, channels);
  sumOf(argument(EACH) + bytes(channels), examples, bytes(channels) * 2, dOffset, channels);
}

export function groupNormTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case SUMS: sumsTask(task); break;
    case COMBINE: combineTask(task); break;
    case APPLY: applyTask(task); break;
    case HINTS: hintsTask(task); break;
    case BACK_SUMS: backSumsTask(task); break;
    case BACK_COMBINE: backCombineTask(task); break;
    case BACK_APPLY: backApplyTask(task); break;
  }
}

// --- sums of a part ---

/** Where the sums of a part of an example are; the rest is part PARTS. */
// @ts-expect-error: decorator
@inline
function partialAt(example: i32, part: i32): usize {
  return argument(PARTIAL) + bytes(argument(WIDE) as i32) * ((example * ((argument(PARTS) as i32) + 1) + part) as usize) * 3;
}

// @ts-expect-error: decorator
@inline
function exampleAt(start: usize, example: i32): usize {
  return start + bytes((argument(ROWS) as i32) * (argument(CHANNELS) as i32)) * (example as usize);
}

// @ts-expect-error: decorator
@inline
function tableAt(example: i32): usize {
  return argument(TABLES) + bytes(argument(WIDE) as i32) * (example as usize) * 4;
}

function sumsTask(task: i32): void {
  const across = argument(ACROSS) as i32, parts = argument(PARTS) as i32;
  const strip = task % across, part = (task / across) % parts, example = task / across / parts;
  const wide = bytes(argument(WIDE) as i32), row = part * (argument(PART_ROWS) as i32);
  const count = min(argument(PART_ROWS) as i32, (argument(WIDE_ROWS) as i32) - row);
  const from = bytes(strip * (argument(PART_COLUMNS) as i32)), to = min(from + bytes(argument(PART_COLUMNS) as i32), wide);
  const x = exampleAt(argument(X), example) + (row as usize) * wide, sums = partialAt(example, part);
  let j = from;
  for (; j + 32 <= to; j += 32) sumsOf8(x + j, count, wide, sums + j);
  for (; j < to; j += 16) sumsOf4(x + j, count, wide, sums + j);
}

/** Rows whose mean is the shift of a part: enough of them that the part cannot be far from it, compared with its own spread. */
// @ts-expect-error: decorator
@inline
function headOf(count: i32): i32 {
  return min(count, max(16, count >> 3));
}

/** A shift that is no number would make the sums none either. */
// @ts-expect-error: decorator
@inline
function finite(x: v128): v128 {
  return v128.and(x, f32x4.lt(f32x4.abs(x), splat(Infinity as f32)));
}

/** Shift, Σ (x − shift) and Σ (x − shift)² of eight columns. */
function sumsOf8(x: usize, count: i32, stride: usize, sums: usize): void {
  let shift0 = splat(0), shift1 = splat(0);
  const head = headOf(count), end = x + (count as usize) * stride;
  for (let at = x, last = x + (head as usize) * stride; at < last; at += stride) {
    shift0 = f32x4.add(shift0, v128.load(at));
    shift1 = f32x4.add(shift1, v128.load(at, 16));
  }
  const share = splat(1 / (head as f32));
  shift0 = finite(f32x4.mul(shift0, share));
  shift1 = finite(f32x4.mul(shift1, share));
  let sum0 = splat(0), sum1 = splat(0), square0 = splat(0), square1 = splat(0);
  for (let at = x; at < end; at += stride) {
    const d0 = f32x4.sub(v128.load(at), shift0), d1 = f32x4.sub(v128.load(at, 16), shift1);
    sum0 = f32x4.add(sum0, d0);
    sum1 = f32x4.add(sum1, d1);
    square0 = multiplyAdd(d0, d0, square0);
    square1 = multiplyAdd(d1, d1, square1);
  }
  const wide = bytes(argument(WIDE) as i32);
  v128.store(sums, shift0);
  v128.store(sums, shift1, 16);
  v128.store(sums + wide, sum0);
  v128.store(sums + wide, sum1, 16);
  v128.store(sums + 2 * wide, square0);
  v128.store(sums + 2 * wide, square1, 16);
}

/** The same of four. */
function sumsOf4(x: usize, count: i32, stride: usize, sums: usize): void {
  let shift = splat(0), sum = splat(0), square = splat(0);
  const head = headOf(count), end = x + (count as usize) * stride;
  for (let at = x, last = x + (head as usize) * stride; at < last; at += stride) shift = f32x4.add(shift, v128.load(at));
  shift = finite(f32x4.mul(shift, splat(1 / (head as f32))));
  for (let at = x; at < end; at += stride) {
    const d = f32x4.sub(v128.load(at), shift);
    sum = f32x4.add(sum, d);
    square = multiplyAdd(d, d, square);
  }
  const wide = bytes(argument(WIDE) as i32);
  v128.store(sums, shift);
  v128.store(sums + wide, sum);
  v128.store(sums + 2 * wide, square);
}

// --- statistics of an example ---

function combineTask(example: i32): void {
  const groups = argument(GROUPS) as i32, width = (argument(CHANNELS) as i32) / groups;
  const wide = bytes(argument(WIDE) as i32), table = tableAt(example);
  const count = (argument(ROWS) as f64) * (width as f64);
  for (let g = 0; g < groups; g++) {
    const mean = totalOf(example, g * width, width) / count;
    const variance = spreadOf(example, g * width, width, mean) / count;
    const high = mean as f32, low = mean - (high as f64);
    const place = bytes(example * groups + g);
    store<f32>(argument(MEAN) + place, high);
    store<f32>(argument(VARIANCE) + place, variance as f32);
    const root = sqrt<f64>(variance + (numberArgument(EPSILON) as f64));
    for (let c = g * width; c < (g + 1) * width; c++) {
      const a = (load<f32>(argument(SCALE) + bytes(c)) as f64) / root;
      const b = (load<f32>(argument(OFFSET) + bytes(c)) as f64) - a * low;
      spread(table, c, high);
      spread(table + wide, c, a as f32);
      spread(table + 2 * wide, c, b as f32);
    }
  }
}

/** Writes a channel's value to all its places in a wide row. */
function spread(row: usize, channel: i32, value: f32): void {
  const step = bytes(argument(CHANNELS) as i32), end = row + bytes(argument(WIDE) as i32);
  for (let at = row + bytes(channel); at < end; at += step) store<f32>(at, value);
}

/** How many rows the numbers of a part stand for, in column j. */
// @ts-expect-error: decorator
@inline
function rowsIn(part: i32, j: i32): f64 {
  const partRows = argument(PART_ROWS) as i32;
  if (part < (argument(PARTS) as i32)) return min(partRows, (argument(WIDE_ROWS) as i32) - part * partRows) as f64;
  return j < (argument(REST) as i32) ? 1 : 0;
}

/** Σ x over `width` channels from `channel` on. */
function totalOf(example: i32, channel: i32, width: i32): f64 {
  const channels = argument(CHANNELS) as i32, wide = argument(WIDE) as i32, parts = argument(PARTS) as i32;
  let sum: f64 = 0;
  for (let part = 0; part <= parts; part++) {
    const sums = partialAt(example, part);
    if (part == parts) restOf(example, sums, channel, width);
    for (let first = channel; first < wide; first += channels) {
      for (let j = first; j < first + width; j++) {
        const at = sums + bytes(j);
        sum += rowsIn(part, j) * (load<f32>(at) as f64) + (load<f32>(at + bytes(wide)) as f64);
      }
    }
  }
  return sum;
}

/** The rest as a part: each number is its own shift, zeros where there is none. */
function restOf(example: i32, sums: usize, channel: i32, width: i32): void {
  const channels = argument(CHANNELS) as i32, wide = argument(WIDE) as i32, rest = argument(REST) as i32;
  const x = exampleAt(argument(X), example) + bytes((argument(WIDE_ROWS) as i32) * wide);
  for (let first = channel; first < wide; first += channels) {
    for (let j = first; j < first + width; j++) {
      const at = sums + bytes(j);
      store<f32>(at, j < rest ? load<f32>(x + bytes(j)) : 0);
      store<f32>(at + bytes(wide), 0);
      store<f32>(at + 2 * bytes(wide), 0);
    }
  }
}

/** Σ (x − mean)² over `width` channels from `channel` on. */
function spreadOf(example: i32, channel: i32, width: i32, mean: f64): f64 {
  const channels = argument(CHANNELS) as i32, wide = argument(WIDE) as i32, parts = argument(PARTS) as i32;
  let sum: f64 = 0;
  for (let part = 0; part <= parts; part++) {
    const sums = partialAt(example, part);
    for (let first = channel; first < wide; first += channels) {
      for (let j = first; j < first + width; j++) {
        const at = sums + bytes(j), count = rowsIn(part, j);
        if (count == 0) continue;
        const d = (load<f32>(at) as f64) - mean;
        sum += (load<f32>(at + 2 * bytes(wide)) as f64) + d * (2 * (load<f32>(at + bytes(wide)) as f64) + count * d);
      }
    }
  }
  return sum;
}

// --- y ---

function applyTask(task: i32): void {
  const tasks = argument(APPLY_TASKS) as i32, example = task / tasks, wide = bytes(argument(WIDE) as i32);
  const all = bytes((argument(ROWS) as i32) * (argument(CHANNELS) as i32));
  const start = ((task % tasks) * (argument(APPLY_ROWS) as i32)) as usize * wide;
  const end = min(all, start + (argument(APPLY_ROWS) as usize) * wide);
  const table = tableAt(example), x = exampleAt(argument(X), example), y = exampleAt(argument(Y), example);
  for (let row = start; row < end; row += wide) applyRow(x + row, y + row, min(wide, end - row), table, wide);
}

// @ts-expect-error: decorator
@inline
function applyRow(x: usize, y: usize, length: usize, table: usize, wide: usize): void {
  let j: usize = 0;
  for (; j + 16 <= length; j += 16) {
    const d = f32x4.sub(v128.load(x + j), v128.load(table + j));
    v128.store(y + j, multiplyAdd(d, v128.load(table + wide + j), v128.load(table + 2 * wide + j)));
  }
  for (; j < length; j += 4) {
    store<f32>(y + j, (load<f32>(x + j) - load<f32>(table + j)) * load<f32>(table + wide + j) + load<f32>(table + 2 * wide + j));
  }
}

// --- back ---

/** The first table: the mean of each channel. */
function hintsTask(example: i32): void {
  const groups = argument(GROUPS) as i32, channels = argument(CHANNELS) as i32, table = tableAt(example);
  for (let c = 0; c < channels; c++) {
    spread(table, c, load<f32>(argument(MEAN) + bytes(example * groups + c / (channels / groups))));
  }
}

function backSumsTask(task: i32): void {
  const across = argument(ACROSS) as i32, parts = argument(PARTS) as i32;
  const strip = task % across, part = (task / across) % parts, example = task / across / parts;
  const wide = bytes(argument(WIDE) as i32), row = part * (argument(PART_ROWS) as i32);
  const count = min(argument(PART_ROWS) as i32, (argument(WIDE_ROWS) as i32) - row);
  const from = bytes(strip * (argument(PART_COLUMNS) as i32)), to = min(from + bytes(argument(PART_COLUMNS) as i32), wide);
  const skipped = (row as usize) * wide, sums = partialAt(example, part), hints = tableAt(example);
  const x = exampleAt(argument(X), example) + skipped, dy = exampleAt(argument(DY), example) + skipped;
  let j = from;
  for (; j + 32 <= to; j += 32) backSumsOf8(x + j, dy + j, hints + j, count, wide, sums + j);
  for (; j < to; j += 16) backSumsOf4(x + j, dy + j, hints + j, count, wide, sums + j);
}

/** Σ dy, Σ dy (x − hint) and Σ (x − hint) of eight columns. */
function backSumsOf8(x: usize, dy: usize, hints: usize, count: i32, stride: usize, sums: usize): void {
  const hint0 = v128.load(hints), hint1 = v128.load(hints, 16);
  let sum0 = splat(0), sum1 = splat(0), product0 = splat(0), product1 = splat(0), drift0 = splat(0), drift1 = splat(0);
  for (let row = 0; row < count; row++, x += stride, dy += stride) {
    const d0 = f32x4.sub(v128.load(x), hint0), d1 = f32x4.sub(v128.load(x, 16), hint1);
    const dy0 = v128.load(dy), dy1 = v128.load(dy, 16);
    sum0 = f32x4.add(sum0, dy0);
    sum1 = f32x4.add(sum1, dy1);
    product0 = multiplyAdd(dy0, d0, product0);
    product1 = multiplyAdd(dy1, d1, product1);
    drift0 = f32x4.add(drift0, d0);
    drift1 = f32x4.add(drift1, d1);
  }
  const wide = bytes(argument(WIDE) as i32);
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums + wide, product0);
  v128.store(sums + wide, product1, 16);
  v128.store(sums + 2 * wide, drift0);
  v128.store(sums + 2 * wide, drift1, 16);
}

/** The same of four. */
function backSumsOf4(x: usize, dy: usize, hints: usize, count: i32, stride: usize, sums: usize): void {
  const hint = v128.load(hints);
  let sum = splat(0), product = splat(0), drift = splat(0);
  for (let row = 0; row < count; row++, x += stride, dy += stride) {
    const d = f32x4.sub(v128.load(x), hint), dy0 = v128.load(dy);
    sum = f32x4.add(sum, dy0);
    product = multiplyAdd(dy0, d, product);
    drift = f32x4.add(drift, d);
  }
  const wide = bytes(argument(WIDE) as i32);
  v128.store(sums, sum);
  v128.store(sums + wide, product);
  v128.store(sums + 2 * wide, drift);
}

function backCombineTask(example: i32): void {
  const groups = argument(GROUPS) as i32, channels = argument(CHANNELS) as i32, width = channels / groups;
  const wide = bytes(argument(WIDE) as i32), table = tableAt(example), scale = argument(SCALE);
  const each = argument(EACH) + bytes(channels) * (example as usize) * 2;
  const count = (argument(ROWS) as f64) * (width as f64);
  backRest(example);
  for (let g = 0; g < groups; g++) {
    const place = bytes(example * groups + g);
    const inverse = 1 / sqrt<f64>((load<f32>(argument(VARIANCE) + place) as f64) + (numberArgument(EPSILON) as f64));
    const low = backTotalOf(example, g * width, width, 2) / count; // what the mean lost as a float
    let sum: f64 = 0, product: f64 = 0;
    for (let c = g * width; c < (g + 1) * width; c++) {
      const gamma = load<f32>(scale + bytes(c)) as f64;
      const dy = backTotalOf(example, c, 1, 0), along = backTotalOf(example, c, 1, 1) - low * dy;
      store<f32>(each + bytes(c), (along * inverse) as f32);
      store<f32>(each + bytes(channels + c), dy as f32);
      sum += gamma * dy;
      product += gamma * along;
    }
    const slope = (2 * (load<f32>(argument(D_VARIANCE) + place) as f64) - inverse * inverse * inverse * product) / count;
    const constant = ((load<f32>(argument(D_MEAN) + place) as f64) - inverse * sum) / count - slope * low;
    for (let c = g * width; c < (g + 1) * width; c++) {
      spread(table + wide, c, ((load<f32>(scale + bytes(c)) as f64) * inverse) as f32);
      spread(table + 2 * wide, c, constant as f32);
      spread(table + 3 * wide, c, slope as f32);
    }
  }
}

/** The rest as a part. */
function backRest(example: i32): void {
  const wide = argument(WIDE) as i32, rest = argument(REST) as i32, skipped = bytes((argument(WIDE_ROWS) as i32) * wide);
  const x = exampleAt(argument(X), example) + skipped, dy = exampleAt(argument(DY), example) + skipped;
  const sums = partialAt(example, argument(PARTS) as i32), hints = tableAt(example);
  memory.fill(sums, 0, bytes(wide) * 3);
  for (let j: usize = 0; j < bytes(rest); j += 4) {
    const d = load<f32>(x + j) - load<f32>(hints + j);
    store<f32>(sums + j, load<f32>(dy + j));
    store<f32>(sums + bytes(wide) + j, load<f32>(dy + j) * d);
    store<f32>(sums + 2 * bytes(wide) + j, d);
  }
}

/** One of the three sums, over `width` channels from `channel` on. */
function backTotalOf(example: i32, channel: i32, width: i32, which: i32): f64 {
  const channels = argument(CHANNELS) as i32, wide = argument(WIDE) as i32, parts = argument(PARTS) as i32;
  let sum: f64 = 0;
  for (let part = 0; part <= parts; part++) {
    const sums = partialAt(example, part) + bytes(wide) * (which as usize);
    for (let first = channel; first < wide; first += channels) {
      for (let j = first; j < first + width; j++) sum += load<f32>(sums + bytes(j)) as f64;
    }
  }
  return sum;
}

function backApplyTask(task: i32): void {
  const tasks = argument(APPLY_TASKS) as i32, example = task / tasks, wide = bytes(argument(WIDE) as i32);
  const all = bytes((argument(ROWS) as i32) * (argument(CHANNELS) as i32));
  const start = ((task % tasks) * (argument(APPLY_ROWS) as i32)) as usize * wide;
  const end = min(all, start + (argument(APPLY_ROWS) as usize) * wide);
  const x = exampleAt(argument(X), example), dy = exampleAt(argument(DY), example), dx = exampleAt(argument(DX), example);
  const table = tableAt(example);
  for (let row = start; row < end; row += wide) backApplyRow(x + row, dy + row, dx + row, min(wide, end - row), table, wide);
}

// @ts-expect-error: decorator
@inline
function backApplyRow(x: usize, dy: usize, dx: usize, length: usize, table: usize, wide: usize): void {
  let j: usize = 0;
  for (; j + 16 <= length; j += 16) {
    const d = f32x4.sub(v128.load(x + j), v128.load(table + j));
    const straight = multiplyAdd(v128.load(dy + j), v128.load(table + wide + j), v128.load(table + 2 * wide + j));
    v128.store(dx + j, multiplyAdd(d, v128.load(table + 3 * wide + j), straight));
  }
  for (; j < length; j += 4) {
    const d = load<f32>(x + j) - load<f32>(table + j);
    const straight = load<f32>(dy + j) * load<f32>(table + wide + j) + load<f32>(table + 2 * wide + j);
    store<f32>(dx + j, d * load<f32>(table + 3 * wide + j) + straight);
  }
}
