/**
 * Random numbers of a stream (core/src/random.ts), four blocks of Philox4x32-10 at a time. A number depends on key and counter alone,
 * so any cut into tasks gives the same ones.
 *
 * Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. Logarithm, sine and cosine in float64 after
 * fdlibm (Sun Microsystems, 1993), as JavaScript engines have them, so that normals are those of the plain numbers.
 */
import { FREE } from './layout';
import { RANDOM } from './families';
import { argument, run, scratch, setArgument } from './threads';

/** The kernels of this file, and distributions by number, as src/wasm/random.ts names them. */
const UNIFORM: i32 = 0, NORMAL: i32 = 1, BITS: i32 = 2;

/** Blocks of four words that one task draws: some ten microseconds. */
const BLOCKS: i32 = 1024;

const OUT: usize = 0, COUNT: usize = 1, KEY_0: usize = 2, KEY_1: usize = 3, LOW: usize = 4, HIGH: usize = 5;

/** `count` numbers from the block with number low + 2³² high on. */
export function randomNumbers(distribution: i32, out: usize, count: i32, key0: u32, key1: u32, low: u32, high: u32): void {
  setArgument(OUT, out);
  setArgument(COUNT, count);
  setArgument(KEY_0, key0);
  setArgument(KEY_1, key1);
  setArgument(LOW, low);
  setArgument(HIGH, high);
  run(RANDOM + distribution, (count + BLOCKS * 4 - 1) / (BLOCKS * 4));
}

export function randomTask(distribution: i32, task: i32): void {
  switch (distribution) {
    case UNIFORM: draw(UNIFORM, task); break;
    case NORMAL: draw(NORMAL, task); break;
    case BITS: draw(BITS, task); break;
  }
}

// @ts-expect-error: decorator
@inline
function draw(distribution: i32, task: i32): void {
  const start = task * BLOCKS * 4;
  let counter = ((argument(LOW) as u64) | ((argument(HIGH) as u64) << 32)) + ((task * BLOCKS) as u64);
  let out = argument(OUT) + ((start as usize) << 2);
  let left = min(BLOCKS * 4, (argument(COUNT) as i32) - start);
  for (; left > 0; left -= 16, out += 64, counter += 4) {
    const whole = left >= 16, to = whole ? out : scratch() + FREE;
    sixteen(distribution, counter, to);
    if (!whole) memory.copy(out, to, (left as usize) << 2);
  }
}

const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
const WEYL_0: i32 = 0x9e3779b9;
const WEYL_1: i32 = 0xbb67ae85;

/** The numbers of the four blocks from `counter` on. */
// @ts-expect-error: decorator
@inline
function sixteen(distribution: i32, counter: u64, out: usize): void {
  const low0 = i64x2.add(i64x2.splat(counter), i64x2(0, 1)), low2 = i64x2.add(low0, i64x2.splat(2));
  // One lane a block: word w of the four blocks is c_w.
  let c0 = evens(low0, low2), c1 = odds(low0, low2), c2 = i32x4.splat(0), c3 = i32x4.splat(0);
  let k0 = i32x4.splat(argument(KEY_0) as i32), k1 = i32x4.splat(argument(KEY_1) as i32);
  const m0 = i32x4.splat(MULTIPLIER_0), m1 = i32x4.splat(MULTIPLIER_1);
  for (let round = 0; round < 10; round++) {
    const p0 = i64x2.extmul_low_i32x4_u(c0, m0), p1 = i64x2.extmul_high_i32x4_u(c0, m0);
    const q0 = i64x2.extmul_low_i32x4_u(c2, m1), q1 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(odds(q0, q1), c1), k0);
    c1 = evens(q0, q1);
    c2 = v128.xor(v128.xor(odds(p0, p1), c3), k1);
    c3 = evens(p0, p1);
    k0 = i32x4.add(k0, i32x4.splat(WEYL_0));
    k1 = i32x4.add(k1, i32x4.splat(WEYL_1));
  }
  if (distribution == UNIFORM) storeTurned(fraction(c0), fraction(c1), fraction(c2), fraction(c3), out);
  else if (distribution == BITS) storeTurned(c0, c1, c2, c3, out);
  else storeNormals(c0, c1, c2, c3, out);
}

/** The low words of four products. */
// @ts-expect-error: decorator
@inline
function evens(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 2, 4, 6);
}

/** The high words of four products. */
// @ts-expect-error: decorator
@inline
function odds(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 1, 3, 5, 7);
}

/** The high 24 bits of each word as a number in [0, 1), exactly. */
// @ts-expect-error: decorator
@inline
function fraction(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(word, 8)), f32x4.splat(5.9604644775390625e-8));
}

/** Stores block by block what is there word by word. */
// @ts-expect-error: decorator
@inline
function storeTurned(x0: v128, x1: v128, x2: v128, x3: v128, out: usize): void {
  const a = i32x4.shuffle(x0, x1, 0, 4, 1, 5), b = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
  const c = i32x4.shuffle(x0, x1, 2, 6, 3, 7), d = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(a, b, 0, 2));
  v128.store(out, i64x2.shuffle(a, b, 1, 3), 16);
  v128.store(out, i64x2.shuffle(c, d, 0, 2), 32);
  v128.store(out, i64x2.shuffle(c, d, 1, 3), 48);
}

/** Words 0 and 1 of a block are a pair, and 2 and 3. */
// @ts-expect-error: decorator
@inline
function storeNormals(c0: v128, c1: v128, c2: v128, c3: v128, out: usize): void {
  storePairs(c0, c1, out);
  storePairs(highHalf(c0), highHalf(c1), out + 32);
  storePairs(c2, c3, out + 8);
  storePairs(highHalf(c2), highHalf(c3), out + 40);
}

/**
 * Box & Muller (1958): two pairs of uniforms u, v in (0, 1) become two pairs of normals, √(−2 log u) · (cos 2πv, sin 2πv), at `out` and
 * at the block after it.
 */
function storePairs(u: v128, v: v128, out: usize): void {
  const radius = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logarithm(f64x2.mul(middle(u), f64x2.splat(2.3283064365386963e-10)))));
  const angle = f64x2.mul(f64x2.mul(f64x2.splat(6.283185307179586), middle(v)), f64x2.splat(2.3283064365386963e-10));
  const n = f64x2.nearest(f64x2.mul(angle, f64x2.splat(0.6366197723675814)));
  const rest = f64x2.sub(f64x2.sub(angle, f64x2.mul(n, f64x2.splat(HALF_PI_HIGH))), f64x2.mul(n, f64x2.splat(HALF_PI_LOW)));
  const quadrant = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  const near = cosine(rest), far = sine(rest);
  const swapped = i64x2.neg(v128.and(quadrant, i64x2.splat(1)));
  const cos = signed(v128.bitselect(far, near, swapped), i64x2.add(quadrant, i64x2.splat(1)));
  const sin = signed(v128.bitselect(near, far, swapped), quadrant);
  const first = f32x4.demote_f64x2_zero(f64x2.mul(radius, cos)), second = f32x4.demote_f64x2_zero(f64x2.mul(radius, sin));
  const pairs = i32x4.shuffle(first, second, 0, 4, 1, 5);
  v128.store64_lane(out, pairs, 0);
  v128.store64_lane(out, pairs, 1, 16);
}

// @ts-expect-error: decorator
@inline
function highHalf(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 0);
}

/** word + ½ of the first two words: of 2³² equal parts of [0, 1), the middle, and never 0 or 1. */
// @ts-expect-error: decorator
@inline
function middle(words: v128): v128 {
  return f64x2.add(f64x2.convert_low_i32x4_u(words), f64x2.splat(0.5));
}

/** ½π in two parts, the first of 33 bits: small multiples of it are exact. */
const HALF_PI_HIGH: f64 = 1.57079632673412561417;
const HALF_PI_LOW: f64 = 6.07710050650619224932e-11;

/** Minus x where the second bit of the quadrant is set. */
// @ts-expect-error: decorator
@inline
function signed(x: v128, quadrant: v128): v128 {
  return v128.xor(x, i64x2.shl(v128.and(quadrant, i64x2.splat(2)), 62));
}

/** sin x for |x| ≤ ¼π */
// @ts-expect-error: decorator
@inline
function sine(x: v128): v128 {
  const z = f64x2.mul(x, x);
  let p = f64x2.splat(1.58969099521155010221e-10);
  p = then(p, z, -2.50507602534068634195e-8);
  p = then(p, z, 2.75573137070700676789e-6);
  p = then(p, z, -1.98412698298579493134e-4);
  p = then(p, z, 8.33333333332248946124e-3);
  p = then(p, z, -1.66666666666666324348e-1);
  return f64x2.add(x, f64x2.mul(f64x2.mul(z, x), p));
}

/** cos x for |x| ≤ ¼π */
// @ts-expect-error: decorator
@inline
function cosine(x: v128): v128 {
  const z = f64x2.mul(x, x), one = f64x2.splat(1);
  let p = f64x2.splat(-1.13596475577881948265e-11);
  p = then(p, z, 2.08757232129817482790e-9);
  p = then(p, z, -2.75573143513906633035e-7);
  p = then(p, z, 2.48015872894767294178e-5);
  p = then(p, z, -1.38888888888741095749e-3);
  p = then(p, z, 4.16666666666666019037e-2);
  const half = f64x2.mul(f64x2.splat(0.5), z), w = f64x2.sub(one, half);
  const lost = f64x2.sub(f64x2.sub(one, w), half);
  return f64x2.add(w, f64x2.add(lost, f64x2.mul(f64x2.mul(z, z), p)));
}

/** Natural logarithm of two numbers above 0 that are not denormal. */
// @ts-expect-error: decorator
@inline
function logarithm(x: v128): v128 {
  const above = i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)); // √½: the mantissa comes to lie in [√½, √2)
  const exponent = i64x2.shr_s(above, 52);
  const k = f64x2.convert_low_i32x4_s(evens(exponent, exponent));
  const f = f64x2.sub(i64x2.sub(x, i64x2.shl(exponent, 52)), f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  let p = f64x2.splat(1.479819860511658591e-1);
  p = then(p, z, 1.531383769920937332e-1);
  p = then(p, z, 1.818357216161805012e-1);
  p = then(p, z, 2.222219843214978396e-1);
  p = then(p, z, 2.857142874366239149e-1);
  p = then(p, z, 3.999999999940941908e-1);
  p = then(p, z, 6.666666666666735130e-1);
  const r = f64x2.mul(p, z), half = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const low = f64x2.add(f64x2.mul(s, f64x2.add(half, r)), f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)));
  return f64x2.sub(f64x2.mul(k, f64x2.splat(6.93147180369123816490e-1)), f64x2.sub(f64x2.sub(half, low), f));
}

/** p z + c */
// @ts-expect-error: decorator
@inline
function then(p: v128, z: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, z), f64x2.splat(c));
}
