/** Softmax and log-softmax along the last axis, and their gradients. NaN, +∞ or nothing but −∞ in a row make all of it NaN. */
import { FREE } from './layout';
import { exp4, log4 } from './math';
import { loadFew, multiplyAdd, splat, storeFew, total } from './simd';
import { SOFTMAX } from './families';
import { argument, run, scratch, setArgument } from './threads';

/** The kernels of this file. */
const FORWARD: i32 = 0,
  BACKWARD: i32 = 1;

const DY: usize = 0,
  X: usize = 1,
  Y: usize = 2,
  COUNT: usize = 3,
  WIDTH: usize = 4,
  LOG: usize = 5,
  GROUP: usize = 6;

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
  const group = argument(GROUP) as i32,
    start = task * group,
    log = argument(LOG) != 0;
  const bytes = argument(WIDTH) << 2,
    skip = (start as usize) * bytes;
  let dy = argument(DY) + skip,
    x = argument(X) + skip,
    y = argument(Y) + skip;
  for (let left = min(group, (argument(COUNT) as i32) - start); left > 0; left--, dy += bytes, x += bytes, y += bytes) {
    if (kernel == FORWARD) forward(x, y, bytes, log);
    else if (log) logBackward(dy, x, y, bytes);
    else backward(dy, x, y, bytes);
  }
}

function forward(x: usize, y: usize, bytes: usize, log: bool): void {
  const largest = largestOf(x, bytes);
  const sum = powers(x, y, bytes, splat(largest));
  if (log) shift(x, y, bytes, splat(largest), log4(splat(sum)));
  else scale(y, bytes, 1 / sum);
}

function largestOf(x: usize, bytes: usize): f32 {
  const whole = bytes & ~15;
  let a = splat(-Infinity as f32),
    b = a,
    at: usize = 0;
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

/** y = e^(x − largest), and its sum. */
function powers(x: usize, y: usize, bytes: usize, largest: v128): f32 {
  const whole = bytes & ~15,
    rest = ((bytes & 15) >> 2) as i32;
  let sum: f64 = 0;
  for (let at: usize = 0; at < whole; at += BLOCK)
    sum += total(somePowers(x + at, y + at, min(BLOCK, whole - at), largest)) as f64;
  if (rest == 0) return sum as f32;
  const spare = scratch() + FREE;
  v128.store(spare, splat(-Infinity as f32));
  storeFew(spare, loadFew(x + whole, rest), rest);
  sum += total(somePowers(spare, spare, 16, largest)) as f64;
  storeFew(y + whole, v128.load(spare), rest);
  return sum as f32;
}

/** The same for whole vectors, at least one. */
function somePowers(x: usize, y: usize, bytes: usize, largest: v128): v128 {
  let sum = splat(0),
    at: usize = 0;
  do {
    const power = exp4(f32x4.sub(v128.load(x + at), largest));
    v128.store(y + at, power);
    sum = f32x4.add(sum, power);
    at += 16;
  } while (at < bytes);
  return sum;
}

function scale(y: usize, bytes: usize, factor: f32): void {
  const whole = bytes & ~15;
  for (let at: usize = 0; at < whole; at += 16) v128.store(y + at, f32x4.mul(v128.load(y + at), splat(factor)));
  for (let at = whole; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) * factor);
}

/** y = x − a − b. */
function shift(x: usize, y: usize, bytes: usize, a: v128, b: v128): void {
  const whole = bytes & ~15,
    rest = ((bytes & 15) >> 2) as i32;
  for (let at: usize = 0; at < whole; at += 16) v128.store(y + at, f32x4.sub(f32x4.sub(v128.load(x + at), a), b));
  if (rest > 0) storeFew(y + whole, f32x4.sub(f32x4.sub(loadFew(x + whole, rest), a), b), rest);
}

function backward(dy: usize, y: usize, dx: usize, bytes: usize): void {
  const whole = bytes & ~15,
    rest = ((bytes & 15) >> 2) as i32;
  let sum: f64 = 0;
  for (let at: usize = 0; at < whole; at += BLOCK) sum += total(dot(dy + at, y + at, min(BLOCK, whole - at))) as f64;
  if (rest > 0) sum += total(f32x4.mul(loadFew(dy + whole, rest), loadFew(y + whole, rest))) as f64;
  const all = splat(sum as f32);
  for (let at: usize = 0; at < whole; at += 16)
    v128.store(dx + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), all)));
  if (rest > 0)
    storeFew(dx + whole, f32x4.mul(loadFew(y + whole, rest), f32x4.sub(loadFew(dy + whole, rest), all)), rest);
}

/** Σ a b, lane by lane; whole vectors. */
function dot(a: usize, b: usize, bytes: usize): v128 {
  let sum = splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = multiplyAdd(v128.load(a + at), v128.load(b + at), sum);
  return sum;
}

function logBackward(dy: usize, y: usize, dx: usize, bytes: usize): void {
  const whole = bytes & ~15,
    rest = ((bytes & 15) >> 2) as i32;
  let sum: f64 = 0;
  for (let at: usize = 0; at < bytes; at += 4) sum += load<f32>(dy + at) as f64;
  const all = splat(-sum as f32);
  for (let at: usize = 0; at < whole; at += 16)
    v128.store(dx + at, multiplyAdd(exp4(v128.load(y + at)), all, v128.load(dy + at)));
  if (rest > 0) storeFew(dx + whole, multiplyAdd(exp4(loadFew(y + whole, rest)), all, loadFew(dy + whole, rest)), rest);
}
