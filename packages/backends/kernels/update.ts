/**
 * Updates of many variables in one go. All of them stand behind one another as if they were one array, which is cut into chunks
 * of equal length; a chunk is a task, whichever variables it touches.
 *
 * The table has one entry a variable – how many numbers stand before it, then the addresses of its arrays – and a last one with
 * how many there are in all.
 */
import { loadFew, multiplyAdd, splat, storeFew, total } from './simd';
import { UPDATE } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const ADAM: i32 = 0, RMSPROP: i32 = 1, DESCENT: i32 = 2, MOMENTUM: i32 = 3, AVERAGE: i32 = 4, SCALE: i32 = 5, SQUARES: i32 = 6;

/** Numbers that one task takes. */
const CHUNK: i32 = 16384;
/** Numbers whose squares are summed as floats before the sum goes on in doubles. */
const BLOCK: i32 = 1024;
/** Bytes of an entry: its start and four addresses. */
const ENTRY: usize = 20;

const TABLE: usize = 0, COUNT: usize = 1, PARTS: usize = 2;
const RATE: usize = 3, KEEP: usize = 4, EPSILON: usize = 5, MEMORY: usize = 6, FRESH: usize = 7, MEMORY2: usize = 8, FRESH2: usize = 9, AHEAD: usize = 10;

/**
 * m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  p ← keep · p − rate · m / (√v + ε), of arrays p, g, m, v.
 *
 * @param fresh1, fresh2  1 − β₁ and 1 − β₂, which a float would round away
 */
export function adamUpdate(table: usize, count: i32, rate: f32, keep: f32, epsilon: f32, beta1: f32, fresh1: f32, beta2: f32, fresh2: f32): void {
  setNumberArgument(RATE, rate);
  setNumberArgument(KEEP, keep);
  setNumberArgument(EPSILON, epsilon);
  setNumberArgument(MEMORY, beta1);
  setNumberArgument(FRESH, fresh1);
  setNumberArgument(MEMORY2, beta2);
  setNumberArgument(FRESH2, fresh2);
  runOver(table, count, ADAM);
}

/** v ← ρ v + (1 − ρ) g²,  p ← p − rate · g / (√v + ε), of arrays p, g, v. */
export function rmspropUpdate(table: usize, count: i32, rate: f32, epsilon: f32, decay: f32, fresh: f32): void {
  setNumberArgument(RATE, rate);
  setNumberArgument(EPSILON, epsilon);
  setNumberArgument(MEMORY, decay);
  setNumberArgument(FRESH, fresh);
  runOver(table, count, RMSPROP);
}

/** p ← p − rate · g, of arrays p, g. */
export function descentUpdate(table: usize, count: i32, rate: f32): void {
  setNumberArgument(RATE, rate);
  runOver(table, count, DESCENT);
}

/** v ← μ v + g,  p ← p − rate · v, of arrays p, g, v; with `ahead` p ← p − rate · (g + μ v). */
export function momentumUpdate(table: usize, count: i32, rate: f32, momentum: f32, ahead: i32): void {
  setNumberArgument(RATE, rate);
  setNumberArgument(MEMORY, momentum);
  setArgument(AHEAD, ahead);
  runOver(table, count, MOMENTUM);
}

/** a ← memory · a + fresh · p, of arrays a, p. */
export function averageUpdate(table: usize, count: i32, memory: f32, fresh: f32): void {
  setNumberArgument(MEMORY, memory);
  setNumberArgument(FRESH, fresh);
  runOver(table, count, AVERAGE);
}

/** y = rate · x, of arrays x, y. */
export function scaleAll(table: usize, count: i32, rate: f32): void {
  setNumberArgument(RATE, rate);
  runOver(table, count, SCALE);
}

/** √Σ x² over arrays x. `parts` is room for eight bytes a chunk. */
export function normOfAll(table: usize, count: i32, parts: usize): f64 {
  setArgument(PARTS, parts);
  runOver(table, count, SQUARES);
  let sum: f64 = 0;
  for (let part = 0; part < chunks(count); part++) sum += load<f64>(parts + ((part as usize) << 3));
  return sqrt(sum);
}

/** How many chunks so many numbers make. */
export function chunks(count: i32): i32 {
  return (count + CHUNK - 1) / CHUNK;
}

function runOver(table: usize, count: i32, kernel: i32): void {
  setArgument(TABLE, table);
  setArgument(COUNT, count);
  run(UPDATE + kernel, chunks(count));
}

export function updateTask(kernel: i32, task: i32): void {
  const end = min((task + 1) * CHUNK, argument(COUNT) as i32);
  let at = task * CHUNK;
  let entry = argument(TABLE);
  while (load<i32>(entry, ENTRY) <= at) entry += ENTRY;
  let sum: f64 = 0;
  for (; at < end; entry += ENTRY) {
    const next = min(end, load<i32>(entry, ENTRY)), skipped = ((at - load<i32>(entry)) as usize) << 2;
    const first = load<u32>(entry, 4) + skipped, second = load<u32>(entry, 8) + skipped;
    const third = load<u32>(entry, 12) + skipped, fourth = load<u32>(entry, 16) + skipped;
    switch (kernel) {
      case ADAM: adam(first, second, third, fourth, next - at); break;
      case RMSPROP: rmsprop(first, second, third, next - at); break;
      case DESCENT: descent(first, second, next - at); break;
      case MOMENTUM: momentum(first, second, third, next - at); break;
      case AVERAGE: average(first, second, next - at); break;
      case SCALE: scale(first, second, next - at); break;
      case SQUARES: sum += squares(first, next - at); break;
    }
    at = next;
  }
  if (kernel == SQUARES) store<f64>(argument(PARTS) + ((task as usize) << 3), sum);
}

function adam(p: usize, g: usize, m: usize, v: usize, left: i32): void {
  const rate = numbers(RATE), keep = numbers(KEEP), epsilon = numbers(EPSILON);
  const beta1 = numbers(MEMORY), fresh1 = numbers(FRESH), beta2 = numbers(MEMORY2), fresh2 = numbers(FRESH2);
  for (; left > 0; left -= 4, p += 16, g += 16, m += 16, v += 16) {
    const slope = take(g, left);
    const mean = multiplyAdd(beta1, take(m, left), f32x4.mul(fresh1, slope));
    const square = multiplyAdd(beta2, take(v, left), f32x4.mul(fresh2, f32x4.mul(slope, slope)));
    const step = f32x4.mul(rate, f32x4.div(mean, f32x4.add(f32x4.sqrt(square), epsilon)));
    put(m, mean, left);
    put(v, square, left);
    put(p, f32x4.sub(f32x4.mul(keep, take(p, left)), step), left);
  }
}

function rmsprop(p: usize, g: usize, v: usize, left: i32): void {
  const rate = numbers(RATE), epsilon = numbers(EPSILON), decay = numbers(MEMORY), fresh = numbers(FRESH);
  for (; left > 0; left -= 4, p += 16, g += 16, v += 16) {
    const slope = take(g, left);
    const square = multiplyAdd(decay, take(v, left), f32x4.mul(fresh, f32x4.mul(slope, slope)));
    const step = f32x4.mul(rate, f32x4.div(slope, f32x4.add(f32x4.sqrt(square), epsilon)));
    put(v, square, left);
    put(p, f32x4.sub(take(p, left), step), left);
  }
}

function descent(p: usize, g: usize, left: i32): void {
  const rate = numbers(RATE);
  for (; left > 0; left -= 4, p += 16, g += 16) {
    put(p, f32x4.sub(take(p, left), f32x4.mul(rate, take(g, left))), left);
  }
}

function momentum(p: usize, g: usize, v: usize, left: i32): void {
  const rate = numbers(RATE), share = numbers(MEMORY), ahead = argument(AHEAD) != 0;
  for (; left > 0; left -= 4, p += 16, g += 16, v += 16) {
    const slope = take(g, left);
    const velocity = multiplyAdd(share, take(v, left), slope);
    const along = ahead ? multiplyAdd(share, velocity, slope) : velocity;
    put(v, velocity, left);
    put(p, f32x4.sub(take(p, left), f32x4.mul(rate, along)), left);
  }
}

function average(a: usize, p: usize, left: i32): void {
  const memory = numbers(MEMORY), fresh = numbers(FRESH);
  for (; left > 0; left -= 4, a += 16, p += 16) {
    put(a, multiplyAdd(memory, take(a, left), f32x4.mul(fresh, take(p, left))), left);
  }
}

function scale(x: usize, y: usize, left: i32): void {
  const rate = numbers(RATE);
  for (; left > 0; left -= 4, x += 16, y += 16) put(y, f32x4.mul(rate, take(x, left)), left);
}

function squares(x: usize, left: i32): f64 {
  let sum: f64 = 0;
  for (; left > 0; left -= BLOCK, x += (BLOCK as usize) << 2) sum += blockOfSquares(x, min(left, BLOCK));
  return sum;
}

function blockOfSquares(x: usize, left: i32): f64 {
  let a = splat(0), b = splat(0), c = splat(0), d = splat(0);
  for (; left >= 16; left -= 16, x += 64) {
    const first = v128.load(x), second = v128.load(x, 16), third = v128.load(x, 32), fourth = v128.load(x, 48);
    a = multiplyAdd(first, first, a);
    b = multiplyAdd(second, second, b);
    c = multiplyAdd(third, third, c);
    d = multiplyAdd(fourth, fourth, d);
  }
  for (; left > 0; left -= 4, x += 16) {
    const rest = take(x, left);
    a = multiplyAdd(rest, rest, a);
  }
  return total(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

// @ts-expect-error: decorator
@inline
function numbers(slot: usize): v128 {
  return splat(numberArgument(slot));
}

/** Loads four numbers, or as many as are left. */
// @ts-expect-error: decorator
@inline
function take(from: usize, left: i32): v128 {
  return left >= 4 ? v128.load(from) : loadFew(from, left);
}

/** Stores four numbers, or as many as are left. */
// @ts-expect-error: decorator
@inline
function put(to: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(to, x);
  else storeFew(to, x, left);
}
