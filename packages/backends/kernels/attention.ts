/**
 * Scaled dot-product attention, softmax(q kᵀ · scale) v, by blocks of queries. The weights of a block live in a thread's corner of the
 * room and are made again for the gradient, from what is kept of each query: its largest score and the inverse of its sum.
 *
 * Dao, Fu, Ermon, Rudra & Ré (2022), FlashAttention, arXiv:2205.14135: the idea to recompute; a block here sees all keys at once.
 */
import { into, multiply } from './gemm';
import { exp4 } from './math';
import { splat, total } from './simd';
import { ATTENTION } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const FORWARD: i32 = 0, GRADIENT: i32 = 1;

const PAIRS: usize = 0, HEADS: usize = 1, QUERIES: usize = 2, KEYS: usize = 3, DEPTH: usize = 4, WIDTH: usize = 5, CAUSAL: usize = 6, SCALE: usize = 7;
const Q: usize = 8, K: usize = 9, V: usize = 10, MASK: usize = 11, Y: usize = 12, KEPT: usize = 13, ROOM: usize = 14, ROWS: usize = 15;
const DY: usize = 16, DQ: usize = 17, DK: usize = 18, DV: usize = 19;

/** Bytes before the corners of the room: the word that says which are taken. */
const HEADER: usize = 64;

/**
 * Sizes and operands. A pair is a head of an example.
 *
 * @param depth, width  numbers of a query or key, and of a value
 * @param mask  [batch, keys], where 0 nobody looks; 0 without
 * @param kept  [pairs, queries, 2]
 * @param room  64 bytes, then for each thread two blocks of `rows` queries × keys, a row rounded up to four
 * @param rows  queries in a block
 */
export function attentionSizes(pairs: i32, heads: i32, queries: i32, keys: i32, depth: i32, width: i32, causal: i32, scale: f32, q: usize, k: usize, v: usize, mask: usize, kept: usize, room: usize, rows: i32): void {
  setArgument(PAIRS, pairs);
  setArgument(HEADS, heads);
  setArgument(QUERIES, queries);
  setArgument(KEYS, keys);
  setArgument(DEPTH, depth);
  setArgument(WIDTH, width);
  setArgument(CAUSAL, causal);
  setNumberArgument(SCALE, scale);
  setArgument(Q, q);
  setArgument(K, k);
  setArgument(V, v);
  setArgument(MASK, mask);
  setArgument(KEPT, kept);
  setArgument(ROOM, room);
  setArgument(ROWS, rows);
  store<i32>(room, 0);
}

/** y [pairs, queries, width], and what is kept. */
export function attention(y: usize): void {
  setArgument(Y, y);
  run(ATTENTION + FORWARD, (argument(PAIRS) as i32) * blocks());
}

/** Gradients of q, k and v from that of y. */
export function attentionGradient(dy: usize, dq: usize, dk: usize, dv: usize): void {
  setArgument(DY, dy);
  setArgument(DQ, dq);
  setArgument(DK, dk);
  setArgument(DV, dv);
  run(ATTENTION + GRADIENT, argument(PAIRS) as i32);
}

export function attentionTask(kernel: i32, task: i32): void {
  const taken = takeCorner();
  switch (kernel) {
    case FORWARD: forwardBlock(task / blocks(), task % blocks() * (argument(ROWS) as i32), corner(taken)); break;
    case GRADIENT: gradientOfPair(task, corner(taken)); break;
  }
  atomic.and<i32>(argument(ROOM), ~(1 << taken));
}

function blocks(): i32 {
  const rows = argument(ROWS) as i32;
  return ((argument(QUERIES) as i32) + rows - 1) / rows;
}

// --- the room ---

/** The number of a corner of the room that no other thread is in. */
function takeCorner(): i32 {
  let number = 0;
  while (atomic.or<i32>(argument(ROOM), 1 << number) & (1 << number)) number = (number + 1) & 31;
  return number;
}

/** Bytes from one query of a block to the next. */
// @ts-expect-error: decorator
@inline
function rowBytes(): usize {
  return ((argument(KEYS) + 3) & ~3) << 2;
}

function corner(number: i32): usize {
  return argument(ROOM) + HEADER + (number as usize) * 2 * argument(ROWS) * rowBytes();
}

/** Of a tensor [pairs, rows, width], where a row begins. */
// @ts-expect-error: decorator
@inline
function place(tensor: usize, pair: i32, rows: usize, row: i32, width: usize): usize {
  return tensor + (((pair as usize) * rows + row) * width << 2);
}

// --- forward ---

function forwardBlock(pair: i32, first: i32, weights: usize): void {
  const rows = min(argument(ROWS) as i32, (argument(QUERIES) as i32) - first);
  const columns = seen(first + rows);
  multiplyKeys(pair, first, rows, columns, weights);
  for (let row = 0; row < rows; row++) {
    softmaxRow(weights + (row as usize) * rowBytes(), seen(first + row + 1), columns, maskOf(pair), keptOf(pair, first + row));
  }
  const width = argument(WIDTH);
  into(place(argument(Y), pair, argument(QUERIES), first, width), width << 2);
  multiply(weights, rowBytes(), false, valuesOf(pair), width << 2, false, rows, width as i32, columns);
}

/** How many keys the first `queries` queries look at. */
// @ts-expect-error: decorator
@inline
function seen(queries: i32): i32 {
  return argument(CAUSAL) != 0 ? queries : argument(KEYS) as i32;
}

/** q kᵀ for a block of queries and the first keys. */
function multiplyKeys(pair: i32, first: i32, rows: i32, columns: i32, to: usize): void {
  const depth = argument(DEPTH);
  into(to, rowBytes());
  multiply(queriesOf(pair, first), depth << 2, false, keysOf(pair), depth << 2, true, rows, columns, depth as i32);
}

function queriesOf(pair: i32, first: i32): usize {
  return place(argument(Q), pair, argument(QUERIES), first, argument(DEPTH));
}

function keysOf(pair: i32): usize {
  return place(argument(K), pair, argument(KEYS), 0, argument(DEPTH));
}

function valuesOf(pair: i32): usize {
  return place(argument(V), pair, argument(KEYS), 0, argument(WIDTH));
}

function keptOf(pair: i32, query: i32): usize {
  return place(argument(KEPT), pair, argument(QUERIES), query, 2);
}

/** The mask of the example that a pair belongs to; 0 without. */
function maskOf(pair: i32): usize {
  const mask = argument(MASK);
  return mask == 0 ? 0 : mask + ((((pair as usize) / argument(HEADS)) * argument(KEYS)) << 2);
}

/**
 * Scores to weights: of the first `count` numbers of a row their softmax, zeros after them up to `columns`. Keeps the largest score and
 * the inverse of the sum. Where nothing may be looked at, all weights are 0.
 */
function softmaxRow(row: usize, count: i32, columns: i32, mask: usize, kept: usize): void {
  scaleRow(row, count, mask);
  let largest = -Infinity as f32, inverse: f32 = 0;
  if (mask != 0 && isEmpty(mask, count)) {
    largest = 0;
  } else {
    largest = largestOf(row, count);
    inverse = 1 / exponentials(row, count, largest);
  }
  store<f32>(kept, largest);
  store<f32>(kept, inverse, 4);
  weighRow(row, count, columns, mask, inverse);
}

/** The same from what was kept. */
function softmaxAgain(row: usize, count: i32, columns: i32, mask: usize, kept: usize): void {
  scaleRow(row, count, mask);
  exponentials(row, count, load<f32>(kept));
  weighRow(row, count, columns, mask, load<f32>(kept, 4));
}

/** Scores times scale, −∞ where the mask is 0 and after the last one, up to a multiple of four. */
function scaleRow(row: usize, count: i32, mask: usize): void {
  const scale = splat(numberArgument(SCALE)), end = row + ((count as usize) << 2);
  for (let at = row; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), scale));
  if (mask != 0) {
    for (let at = row; at < end; at += 4, mask += 4) if (load<f32>(mask) == 0) store<f32>(at, -Infinity as f32);
  }
  for (let at = end; (at - row) & 15; at += 4) store<f32>(at, -Infinity as f32);
}

function isEmpty(mask: usize, count: i32): bool {
  for (const end = mask + ((count as usize) << 2); mask < end; mask += 4) if (load<f32>(mask) != 0) return false;
  return true;
}

/** NaN may be passed over: it comes back with the exponentials. */
function largestOf(row: usize, count: i32): f32 {
  let largest = splat(-Infinity as f32);
  for (const end = row + ((count as usize) << 2); row < end; row += 16) largest = f32x4.pmax(largest, v128.load(row));
  largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
  return max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1));
}

/** exp(s − largest) in place; gives the sum. */
function exponentials(row: usize, count: i32, largest: f32): f32 {
  let sum = splat(0);
  const shift = splat(largest);
  for (const end = row + ((count as usize) << 2); row < end; row += 16) {
    const y = exp4(f32x4.sub(v128.load(row), shift));
    v128.store(row, y);
    sum = f32x4.add(sum, y);
  }
  return total(sum);
}

function weighRow(row: usize, count: i32, columns: i32, mask: usize, inverse: f32): void {
  const factor = splat(inverse), end = row + ((count as usize) << 2);
  for (let at = row; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  if (mask != 0) {
    for (let at = row; at < end; at += 4, mask += 4) if (load<f32>(mask) == 0) store<f32>(at, 0);
  }
  clearAfter(row, count, columns);
}

/** Zeros from number `count` of a row to `columns`, and on to a multiple of four. */
// @ts-expect-error: decorator
@inline
function clearAfter(row: usize, count: i32, columns: i32): void {
  memory.fill(row + ((count as usize) << 2), 0, ((((columns + 3) & ~3) - count) as usize) << 2);
}

// --- gradient ---

/** The last block comes first: it looks at all keys, and so writes all of dk and dv, to which the others add. */
function gradientOfPair(pair: i32, weights: usize): void {
  const rows = argument(ROWS) as i32;
  for (let block = blocks() - 1; block >= 0; block--) gradientOfBlock(pair, block * rows, weights, block < blocks() - 1);
}

/**
 * With P the weights: dv = Pᵀ dy, dP = dy vᵀ, dS = P (dP − Σ P dP) · scale, dq = dS k, dk = dSᵀ q.
 */
function gradientOfBlock(pair: i32, first: i32, weights: usize, add: bool): void {
  const rows = min(argument(ROWS) as i32, (argument(QUERIES) as i32) - first);
  const columns = seen(first + rows);
  const step = rowBytes();
  const depth = argument(DEPTH), width = argument(WIDTH);
  const gradients = weights + argument(ROWS) * step;
  const dy = place(argument(DY), pair, argument(QUERIES), first, width);

  multiplyKeys(pair, first, rows, columns, weights);
  for (let row = 0; row < rows; row++) {
    softmaxAgain(weights + (row as usize) * step, seen(first + row + 1), columns, maskOf(pair), keptOf(pair, first + row));
  }
  into(place(argument(DV), pair, argument(KEYS), 0, width), width << 2, add);
  multiply(weights, step, true, dy, width << 2, false, columns, width as i32, rows);
  into(gradients, step);
  multiply(dy, width << 2, false, valuesOf(pair), width << 2, true, rows, columns, width as i32);
  for (let row = 0; row < rows; row++) {
    softmaxGradient(weights + (row as usize) * step, gradients + (row as usize) * step, seen(first + row + 1), columns);
  }
  into(place(argument(DQ), pair, argument(QUERIES), first, depth), depth << 2);
  multiply(gradients, step, false, keysOf(pair), depth << 2, false, rows, depth as i32, columns);
  into(place(argument(DK), pair, argument(KEYS), 0, depth), depth << 2, add);
  multiply(gradients, step, true, queriesOf(pair, first), depth << 2, false, columns, depth as i32, rows);
}

/** dP to dS in place. What nobody looks at counts for nothing, be it NaN, and stays untouched by what is NaN here. */
function softmaxGradient(weights: usize, gradients: usize, count: i32, columns: i32): void {
  clearAfter(gradients, count, columns);
  const bytes = (count as usize) << 2;
  let sum = splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(weights + at), v128.load(gradients + at)));
  const mean = splat(total(sum)), scale = splat(numberArgument(SCALE));
  for (let at: usize = 0; at < bytes; at += 16) {
    const centred = f32x4.sub(v128.load(gradients + at), mean);
    v128.store(gradients + at, f32x4.mul(f32x4.mul(v128.load(weights + at), centred), scale));
  }
  clearAfter(gradients, count, columns);
}
