/** The way back of groupNorm.ts. */
import { ACROSS, APPLY_ROWS, APPLY_TASKS, CHANNELS, DX, DY, D_MEAN, D_VARIANCE, EACH, EPSILON, GROUPS, MEAN, PARTS, PART_COLUMNS, PART_ROWS, REST, ROWS, SCALE, VARIANCE, WIDE, WIDE_ROWS, X, exampleAt, partialAt, spread, tableAt } from './groupNormLayout';
import { bytes } from './norm';
import { multiplyAdd, splat } from './simd';
import { argument, numberArgument } from './threads';

/** The first table: the mean of each channel. */
export function hintsTask(example: i32): void {
  const groups = argument(GROUPS) as i32, channels = argument(CHANNELS) as i32, table = tableAt(example);
  for (let c = 0; c < channels; c++) {
    spread(table, c, load<f32>(argument(MEAN) + bytes(example * groups + c / (channels / groups))));
  }
}

export function backSumsTask(task: i32): void {
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

export function backCombineTask(example: i32): void {
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

export function backApplyTask(task: i32): void {
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
