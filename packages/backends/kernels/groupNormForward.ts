/** Steps 1 to 3 of groupNorm.ts. */
import { ACROSS, APPLY_ROWS, APPLY_TASKS, CHANNELS, EPSILON, GROUPS, MEAN, OFFSET, PARTS, PART_COLUMNS, PART_ROWS, REST, ROWS, SCALE, VARIANCE, WIDE, WIDE_ROWS, X, Y, exampleAt, partialAt, rowsIn, spread, tableAt } from './groupNormLayout';
import { bytes } from './norm';
import { multiplyAdd, splat } from './simd';
import { argument, numberArgument } from './threads';

export function sumsTask(task: i32): void {
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

export function combineTask(example: i32): void {
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

export function applyTask(task: i32): void {
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
