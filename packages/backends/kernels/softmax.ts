/** Softmax and log-softmax along the last axis, and their gradients. NaN, +∞ or nothing but −∞ in a row make all of it NaN. */
import { exp4, log4 } from './math';
import { splat, storeFew, loadFew, total } from './simd';
import { SOFTMAX } from './tasks';
import { argument, run, setArgument } from './threads';

/** The kernels of this file. */
const FORWARD: i32 = 0, BACKWARD: i32 = 1;

const DY: usize = 0, X: usize = 1, Y: usize = 2, COUNT: usize = 3, WIDTH: usize = 4, LOG: usize = 5, GROUP: usize = 6;

/** Numbers that one task takes: about 20 µs. */
const CHUNK: i32 = 8192;
/** Bytes that are added up in single precision. */
const BLOCK: usize = 4096;

/** y[count, width] = eˣ / Σ eˣ, or its logarithm. */
export function softmax(x: usize, y: usize, count: i32, width: i32, log: i32): void {
  setArgument(X, x);
  setArgument(Y, y);
  rows(FORWARD, count, width, log);
}

/** dx = y (dy − Σ dy y); where y is the logarithm, dx = dy − eʸ Σ dy. */
export function softmaxGrad(dy: usize, y: usize, dx: usize, count: i32, width: i32, log: i32): void {
  setArgument(DY, dy);
  setArgument(X, y);
  setArgument(Y, dx);
  rows(BACKWARD, count, width, log);
}

function rows(kernel: i32, count: i32, width: i32, log: i32): void {
  const group = max(1, min(count, CHUNK / max(1, width)));
  setArgument(COUNT, count);
  setArgument(WIDTH, width);
  setArgument(LOG, log);
  setArgument(GROUP, group);
  run(SOFTMAX + kernel, (count + group - 1) / group);
}

export function softmaxTask(kernel: i32, task: i32): void {
  const group = argument(GROUP) as i32, start = task * group, log = argument(LOG) != 0;
  const bytes = argument(WIDTH) << 2, skip = (start as usize) * bytes;
  let dy = argument(DY) + skip, x = argument(X) + skip, y = argument(Y) + skip;
  for (let left = min(group, (argument(COUNT) as i32) - start); left > 0; left--, dy += bytes, x += bytes, y += bytes) {
    if (kernel == FORWARD) forward(x, y, bytes, log);
    else if (log) logBackward(dy, x, y, bytes);
    else backward(dy, x, y, bytes);
  }
}

function forward(x: usize, y: usize, bytes: usize, log: bool): void {
  const largest = splat(largestOf(x, bytes));
  const sum = powers(x, y, bytes, largest);
  if (!log) return scale(y, bytes, splat(1 / sum));
  shift(x, y, bytes, f32x4.add(largest, log4(splat(sum))), largest);
}

function largestOf(x: usize, bytes: usize): f32 {
  const whole = bytes & ~15;
  let a = splat(-Infinity as f32), b = a, at: usize = 0;
  for (; at + 32 <= whole; at += 32) {
    a = f32x4.max(a, v128.load(x + at));
    b = f32x4.max(b, v128.load(x + at, 16));
  }
  if (at < whole) a = f32x4.max(a, v128.load(x + at));
  a = f32x4.max(a, b);
  a = f32x4.max(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  let largest = max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
  for (at = whole; at < bytes; at += 4) largest = max(largest, load<f32>(x + at));
  return largest;
}
