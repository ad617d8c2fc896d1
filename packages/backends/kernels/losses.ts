/**
 * Losses and their gradients, one pass over memory each. A row holds the `inner` numbers of one example; each row is summed by one
 * task, so the cut into tasks changes no bit. With rows of one number, four rows are done at a time.
 */
import { exp4, expm14, log4, sigmoid4, softplus4 } from './math';
import { loadFew, multiplyAdd, splat, storeFew, total } from './simd';
import { LOSS } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const VALUES: i32 = 0, GRADIENT: i32 = 1, SOFTMAX: i32 = 2, SOFTMAX_GRADIENT: i32 = 3, SAMPLE: i32 = 4, SAMPLE_GRADIENT: i32 = 5;

/** Losses that are sums of terms, by number, as src/wasm/losses.ts names them. */
const SIGMOID: i32 = 0, KL: i32 = 1, SQUARE: i32 = 2;

/** Numbers that one task takes, about: some tens of microseconds. */
const CHUNK: i32 = 8192;
/** Numbers that are added in float32 before they join the others in float64, so that long rows are as exact as short ones. */
const BLOCK: i32 = 1024;

const KIND: usize = 0, DY: usize = 1, A: usize = 2, B: usize = 3, OUT: usize = 4, SECOND: usize = 5;
const ROWS: usize = 6, INNER: usize = 7, PER_TASK: usize = 8, FACTOR: usize = 9;

/**
 * out[row] = Σ term(a, b) over the numbers of the row.
 *
 *   SIGMOID  softplus(b) − a b      KL  ½ (a² + eᵇ − 1 − b)      SQUARE  ((a − b) factor)²
 */
export function lossValues(kind: i32, a: usize, b: usize, out: usize, rows: i32, inner: i32, factor: f32): void {
  setArgument(KIND, kind);
  setArgument(A, a);
  setArgument(B, b);
  setArgument(OUT, out);
  setNumberArgument(FACTOR, factor);
  runRows(VALUES, rows, inner);
}

/**
 * The derivative of the term, times dy[row].
 *
 *   SIGMOID  out = dy (σ(b) − a)      KL  out = dy a, second = dy ½ (eᵇ − 1)      SQUARE  out = dy 2 factor² (a − b)
 */
export function lossGradient(kind: i32, dy: usize, a: usize, b: usize, out: usize, second: usize, rows: i32, inner: i32, factor: f32): void {
  setArgument(KIND, kind);
  setArgument(DY, dy);
  setArgument(A, a);
  setArgument(B, b);
  setArgument(OUT, out);
  setArgument(SECOND, second);
  setNumberArgument(FACTOR, 2 * factor * factor);
  runRows(GRADIENT, rows, inner);
}

/** out[row] = −Σₖ qₖ log softmax(l)ₖ with qₖ = (1 − ε) [k = label] + ε / classes; NaN for a label that is no class. */
export function softmaxLoss(labels: usize, logits: usize, out: usize, rows: i32, classes: i32, smoothing: f32): void {
  setArgument(A, labels);
  setArgument(B, logits);
  setArgument(OUT, out);
  setNumberArgument(FACTOR, smoothing);
  runRows(SOFTMAX, rows, classes);
}

/** out[row, k] = dy[row] (softmax(l)ₖ − qₖ) */
export function softmaxLossGradient(dy: usize, labels: usize, logits: usize, out: usize, rows: i32, classes: i32, smoothing: f32): void {
  setArgument(DY, dy);
  setArgument(A, labels);
  setArgument(B, logits);
  setArgument(OUT, out);
  setNumberArgument(FACTOR, smoothing);
  runRows(SOFTMAX_GRADIENT, rows, classes);
}

/** out = μ + e^(½ l) ε, of numbers one by one. */
export function gaussianSample(mean: usize, logVariance: usize, noise: usize, out: usize, count: i32): void {
  setArgument(DY, noise);
  setArgument(A, mean);
  setArgument(B, logVariance);
  setArgument(OUT, out);
  runRows(SAMPLE, count, 1);
}

/** out = ½ dz e^(½ l) ε, the gradient for l. */
export function gaussianSampleGradient(dz: usize, logVariance: usize, noise: usize, out: usize, count: i32): void {
  setArgument(DY, noise);
  setArgument(A, dz);
  setArgument(B, logVariance);
  setArgument(OUT, out);
  runRows(SAMPLE_GRADIENT, count, 1);
}

function runRows(kernel: i32, rows: i32, inner: i32): void {
  const perTask = max(1, CHUNK / max(1, inner));
  setArgument(ROWS, rows);
  setArgument(INNER, inner);
  setArgument(PER_TASK, perTask);
  run(LOSS + kernel, (rows + perTask - 1) / perTask);
}

export function lossTask(kernel: i32, task: i32): void {
  const perTask = argument(PER_TASK) as i32, inner = argument(INNER) as i32;
  const first = task * perTask;
  const rows = min(perTask, (argument(ROWS) as i32) - first);
  const row = (first as usize) << 2, start = row * (inner as usize);
  switch (kernel) {
    case VALUES: valuesTask(row, start, rows, inner); break;
    case GRADIENT: gradientTask(row, start, rows, inner); break;
    case SOFTMAX: softmaxTask(row, start, rows, inner); break;
    case SOFTMAX_GRADIENT: softmaxGradientTask(row, start, rows, inner); break;
    case SAMPLE: sampleTask(start, rows); break;
    case SAMPLE_GRADIENT: sampleGradientTask(start, rows); break;
  }
}

// --- sums of terms; `row` and `start` are where the task begins, in bytes, among rows and among numbers ---

function valuesTask(row: usize, start: usize, rows: i32, inner: i32): void {
  const a = argument(A) + start, b = argument(B) + start, out = argument(OUT) + row;
  const factor = splat(numberArgument(FACTOR));
  switch (argument(KIND) as i32) {
    case SIGMOID: values(SIGMOID, a, b, out, rows, inner, factor); break;
    case KL: values(KL, a, b, out, rows, inner, factor); break;
    case SQUARE: values(SQUARE, a, b, out, rows, inner, factor); break;
  }
}

// @ts-expect-error: decorator
@inline
function values(kind: i32, a: usize, b: usize, out: usize, rows: i32, inner: i32, factor: v128): void {
  if (inner == 1) return singleValues(kind, a, b, out, rows, factor);
  const stride = (inner as usize) << 2;
  for (; rows > 0; rows--, a += stride, b += stride, out += 4) store<f32>(out, sumOfTerms(kind, a, b, inner, factor));
}

// @ts-expect-error: decorator
@inline
function singleValues(kind: i32, a: usize, b: usize, out: usize, count: i32, factor: v128): void {
  for (; count >= 4; count -= 4, a += 16, b += 16, out += 16) v128.store(out, term(kind, v128.load(a), v128.load(b), factor));
  if (count > 0) storeFew(out, term(kind, loadFew(a, count), loadFew(b, count), factor), count);
}

// @ts-expect-error: decorator
@inline
function sumOfTerms(kind: i32, a: usize, b: usize, count: i32, factor: v128): f32 {
  let sum: f64 = 0;
  for (; count > 0; count -= BLOCK) {
    let sums = splat(0), left = min(count, BLOCK);
    for (; left >= 4; left -= 4, a += 16, b += 16) sums = f32x4.add(sums, term(kind, v128.load(a), v128.load(b), factor));
    if (left > 0) sums = f32x4.add(sums, v128.and(term(kind, loadFew(a, left), loadFew(b, left), factor), firstLanes(left)));
    sum += total(sums);
  }
  return sum as f32;
}

// @ts-expect-error: decorator
@inline
function term(kind: i32, a: v128, b: v128, factor: v128): v128 {
  if (kind == SIGMOID) return f32x4.sub(softplus4(b), f32x4.mul(a, b));
  if (kind == KL) return f32x4.mul(splat(0.5), multiplyAdd(a, a, f32x4.sub(expm14(b), b)));
  const difference = f32x4.mul(f32x4.sub(a, b), factor);
  return f32x4.mul(difference, difference);
}

function gradientTask(row: usize, start: usize, rows: i32, inner: i32): void {
  const dy = argument(DY) + row, a = argument(A) + start, b = argument(B) + start, out = argument(OUT) + start;
  const factor = splat(numberArgument(FACTOR));
  switch (argument(KIND) as i32) {
    case SIGMOID: gradients(SIGMOID, dy, a, b, out, 0, rows, inner, factor); break;
    case KL: gradients(KL, dy, a, b, out, argument(SECOND) + start, rows, inner, factor); break;
    case SQUARE: gradients(SQUARE, dy, a, b, out, 0, rows, inner, factor); break;
  }
}

// @ts-expect-error: decorator
@inline
function gradients(kind: i32, dy: usize, a: usize, b: usize, out: usize, second: usize, rows: i32, inner: i32, factor: v128): void {
  if (inner == 1) return singleGradients(kind, dy, a, b, out, second, rows, factor);
  for (; rows > 0; rows--, dy += 4) {
    const d = v128.load32_splat(dy);
    let left = inner;
    for (; left >= 4; left -= 4, a += 16, b += 16, out += 16, second += 16) {
      const y = v128.load(b);
      v128.store(out, slope(kind, d, v128.load(a), y, factor));
      if (kind == KL) v128.store(second, slopeOfLogVariance(d, y));
    }
    if (left > 0) {
      const y = loadFew(b, left);
      storeFew(out, slope(kind, d, loadFew(a, left), y, factor), left);
      if (kind == KL) storeFew(second, slopeOfLogVariance(d, y), left);
      const bytes = (left as usize) << 2;
      a += bytes;
      b += bytes;
      out += bytes;
      second += bytes;
    }
  }
}

// @ts-expect-error: decorator
@inline
function singleGradients(kind: i32, dy: usize, a: usize, b: usize, out: usize, second: usize, count: i32, factor: v128): void {
  for (; count >= 4; count -= 4, dy += 16, a += 16, b += 16, out += 16, second += 16) {
    const d = v128.load(dy), y = v128.load(b);
    v128.store(out, slope(kind, d, v128.load(a), y, factor));
    if (kind == KL) v128.store(second, slopeOfLogVariance(d, y));
  }
  if (count > 0) {
    const d = loadFew(dy, count), y = loadFew(b, count);
    storeFew(out, slope(kind, d, loadFew(a, count), y, factor), count);
    if (kind == KL) storeFew(second, slopeOfLogVariance(d, y), count);
  }
}

// @ts-expect-error: decorator
@inline
function slope(kind: i32, d: v128, a: v128, b: v128, factor: v128): v128 {
  if (kind == SIGMOID) return f32x4.mul(d, f32x4.sub(sigmoid4(b), a));
  if (kind == KL) return f32x4.mul(d, a);
  return f32x4.mul(f32x4.mul(d, factor), f32x4.sub(a, b));
}

// @ts-expect-error: decorator
@inline
function slopeOfLogVariance(d: v128, b: v128): v128 {
  return f32x4.mul(f32x4.mul(d, splat(0.5)), expm14(b));
}

// --- softmax cross-entropy: rows of classes ---

function softmaxTask(row: usize, start: usize, rows: i32, classes: i32): void {
  const smoothing = numberArgument(FACTOR);
  let labels = argument(A) + row, logits = argument(B) + start, out = argument(OUT) + row;
  const stride = (classes as usize) << 2;
  for (; rows > 0; rows--, labels += 4, logits += stride, out += 4) {
    store<f32>(out, softmaxValue(load<i32>(labels), logits, classes, smoothing));
  }
}

/** log Σ e^(l − m) − Σ q (l − m), where m is the largest logit. */
function softmaxValue(label: i32, logits: usize, classes: i32, smoothing: f32): f32 {
  if (!isClass(label, classes)) return NaN as f32;
  const m = largestOf(logits, classes);
  let value = logOf(sumOfExponentials(logits, classes, m)) - (1 - smoothing) * (load<f32>(logits + ((label as usize) << 2)) - m);
  // Not where nothing is smoothed: a class with logit −∞ costs nothing then, and zero times −∞ is no number.
  if (smoothing > 0) value -= smoothing / (classes as f32) * sumOfDistances(logits, classes, m);
  return value;
}

function softmaxGradientTask(row: usize, start: usize, rows: i32, classes: i32): void {
  const smoothing = numberArgument(FACTOR);
  let dy = argument(DY) + row, labels = argument(A) + row, logits = argument(B) + start, out = argument(OUT) + start;
  const stride = (classes as usize) << 2;
  for (; rows > 0; rows--, dy += 4, labels += 4, logits += stride, out += stride) {
    softmaxSlopes(load<f32>(dy), load<i32>(labels), logits, out, classes, smoothing);
  }
}

function softmaxSlopes(dy: f32, label: i32, logits: usize, out: usize, classes: i32, smoothing: f32): void {
  const known = isClass(label, classes);
  const m = largestOf(logits, classes);
  const scale = splat(known ? dy / sumOfExponentials(logits, classes, m, out) : (NaN as f32));
  const spread = splat(-dy * smoothing / (classes as f32));
  let at = out, left = classes;
  for (; left >= 4; left -= 4, at += 16) v128.store(at, multiplyAdd(v128.load(at), scale, spread));
  if (left > 0) storeFew(at, multiplyAdd(loadFew(at, left), scale, spread), left);
  if (!known) return;
  const own = out + ((label as usize) << 2);
  store<f32>(own, load<f32>(own) - dy * (1 - smoothing));
}

// @ts-expect-error: decorator
@inline
function isClass(label: i32, classes: i32): bool {
  return (label as u32) < (classes as u32);
}

/** The largest number that is one; −∞ where none is. */
function largestOf(x: usize, count: i32): f32 {
  let largest = splat(-Infinity as f32);
  for (; count >= 4; count -= 4, x += 16) largest = f32x4.pmax(largest, v128.load(x));
  if (count > 0) largest = f32x4.pmax(largest, v128.bitselect(loadFew(x, count), splat(-Infinity as f32), firstLanes(count)));
  const pairs = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** Σ e^(x − m); also writes them to `out` unless it is 0. */
// @ts-expect-error: decorator
@inline
function sumOfExponentials(x: usize, count: i32, m: f32, out: usize = 0): f32 {
  const most = splat(m);
  let sum: f64 = 0;
  for (; count > 0; count -= BLOCK) {
    let sums = splat(0), left = min(count, BLOCK);
    for (; left >= 4; left -= 4, x += 16) {
      const e = exp4(f32x4.sub(v128.load(x), most));
      sums = f32x4.add(sums, e);
      if (out != 0) {
        v128.store(out, e);
        out += 16;
      }
    }
    if (left > 0) {
      const e = exp4(f32x4.sub(loadFew(x, left), most));
      sums = f32x4.add(sums, v128.and(e, firstLanes(left)));
      if (out != 0) storeFew(out, e, left);
    }
    sum += total(sums);
  }
  return sum as f32;
}

/** Σ (x − m) */
function sumOfDistances(x: usize, count: i32, m: f32): f32 {
  let sum: f64 = 0;
  for (; count > 0; count--, x += 4) sum += load<f32>(x) - m;
  return sum as f32;
}

function logOf(x: f32): f32 {
  return f32x4.extract_lane(log4(splat(x)), 0);
}

/** All bits of the first `count` lanes. */
// @ts-expect-error: decorator
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

// --- draws from Gaussians ---

function sampleTask(start: usize, count: i32): void {
  let noise = argument(DY) + start, mean = argument(A) + start, logVariance = argument(B) + start, out = argument(OUT) + start;
  for (; count >= 4; count -= 4, noise += 16, mean += 16, logVariance += 16, out += 16) {
    v128.store(out, multiplyAdd(scaleOf(v128.load(logVariance)), v128.load(noise), v128.load(mean)));
  }
  if (count > 0) storeFew(out, multiplyAdd(scaleOf(loadFew(logVariance, count)), loadFew(noise, count), loadFew(mean, count)), count);
}

function sampleGradientTask(start: usize, count: i32): void {
  let noise = argument(DY) + start, dz = argument(A) + start, logVariance = argument(B) + start, out = argument(OUT) + start;
  for (; count >= 4; count -= 4, noise += 16, dz += 16, logVariance += 16, out += 16) {
    v128.store(out, halfProduct(v128.load(dz), v128.load(noise), v128.load(logVariance)));
  }
  if (count > 0) storeFew(out, halfProduct(loadFew(dz, count), loadFew(noise, count), loadFew(logVariance, count)), count);
}

// @ts-expect-error: decorator
@inline
function scaleOf(logVariance: v128): v128 {
  return exp4(f32x4.mul(splat(0.5), logVariance));
}

// @ts-expect-error: decorator
@inline
function halfProduct(dz: v128, noise: v128, logVariance: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.mul(splat(0.5), dz), noise), scaleOf(logVariance));
}
