/**
 * Elementary functions, four numbers at a time, within about two units in the last place. NaN stays NaN: of the two minima that
 * WebAssembly has, `pmin(a, b)` is b < a ? b : a, which gives a when a is NaN.
 *
 * exp, log: Moshier's Cephes library (expf, logf), its polynomials. erf: the rational function that Eigen uses for floats.
 */
import { multiplyAdd, splat } from './simd';

const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const LOG2_E: f32 = 1.44269504088896341;

/** 2ⁿ for whole n from −126 to 127. */
// @ts-expect-error: decorator
@inline
function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** eʳ − 1 for |r| ≤ ½ ln 2. */
// @ts-expect-error: decorator
@inline
function nearZero(r: v128): v128 {
  let p = splat(1.9875691500e-4);
  p = multiplyAdd(p, r, splat(1.3981999507e-3));
  p = multiplyAdd(p, r, splat(8.3334519073e-3));
  p = multiplyAdd(p, r, splat(4.1665795894e-2));
  p = multiplyAdd(p, r, splat(1.6666665459e-1));
  p = multiplyAdd(p, r, splat(5.0000001201e-1));
  return multiplyAdd(f32x4.mul(p, r), r, r);
}

/** x − n ln 2 in two steps. */
// @ts-expect-error: decorator
@inline
function reduced(x: v128, n: v128): v128 {
  return multiplyAdd(n, splat(-LN2_LOW), multiplyAdd(n, splat(-LN2_HIGH), x));
}

// @ts-expect-error: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-104.5));
  const n = f32x4.nearest(f32x4.mul(x, splat(LOG2_E)));
  const y = f32x4.add(nearZero(reduced(x, n)), splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  // In two factors: the result may be denormal, and 2¹²⁸ is no float.
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, power(half)), power(i32x4.sub(whole, half)));
}

/** A function's value with the sign of x, which it has in any case but where it is zero: f(−0) = −0. */
// @ts-expect-error: decorator
@inline
function signed(y: v128, x: v128): v128 {
  return v128.or(y, v128.and(x, i32x4.splat(i32.MIN_VALUE)));
}

/** eˣ − 1. */
// @ts-expect-error: decorator
@inline
export function expm14(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-104.5));
  const n = f32x4.nearest(f32x4.mul(x, splat(LOG2_E)));
  const p = nearZero(reduced(x, n));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const first = power(half), second = power(i32x4.sub(whole, half));
  const scale = f32x4.mul(first, second);
  const exact = multiplyAdd(p, scale, f32x4.sub(scale, splat(1)));
  // From 2²⁵ on the one does not count, and 2ⁿ may be no float.
  const large = f32x4.mul(f32x4.mul(f32x4.add(p, splat(1)), first), second);
  return signed(v128.bitselect(large, exact, f32x4.gt(n, splat(25))), x);
}

/** Natural logarithm: −∞ at 0, NaN below. */
// @ts-expect-error: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = f32x4.mul(x, v128.bitselect(splat(8388608), splat(1), tiny));
  const shift = v128.and(tiny, splat(-23));
  const infinity = splat(Infinity as f32);
  let y = v128.bitselect(infinity, ordinaryLog(scaled, shift), f32x4.eq(x, infinity));
  y = v128.bitselect(splat(-Infinity as f32), y, f32x4.eq(x, splat(0)));
  // Not x ≥ 0: below zero, or NaN.
  return v128.or(y, v128.not(f32x4.ge(x, splat(0))));
}

/** log(2ˢ x) for positive x that are neither denormal nor infinite. */
// @ts-expect-error: decorator
@inline
function ordinaryLog(x: v128, s: v128): v128 {
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // √½: the mantissa comes to lie in [√½, √2)
  const e = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23)), s);
  const m = f32x4.sub(i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3)), splat(1));
  let p = splat(7.0376836292e-2);
  p = multiplyAdd(p, m, splat(-1.1514610310e-1));
  p = multiplyAdd(p, m, splat(1.1676998740e-1));
  p = multiplyAdd(p, m, splat(-1.2420140846e-1));
  p = multiplyAdd(p, m, splat(1.4249322787e-1));
  p = multiplyAdd(p, m, splat(-1.6668057665e-1));
  p = multiplyAdd(p, m, splat(2.0000714765e-1));
  p = multiplyAdd(p, m, splat(-2.4999993993e-1));
  p = multiplyAdd(p, m, splat(3.3333331174e-1));
  const square = f32x4.mul(m, m);
  let y = f32x4.mul(f32x4.mul(p, m), square);
  y = multiplyAdd(e, splat(LN2_LOW), y);
  y = multiplyAdd(square, splat(-0.5), y);
  return multiplyAdd(e, splat(LN2_HIGH), f32x4.add(m, y));
}

/** log(1 + x), exact near 0. */
// @ts-expect-error: decorator
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, splat(1));
  // What rounding took from u.
  const lost = f32x4.div(f32x4.sub(x, f32x4.sub(u, splat(1))), u);
  const ordinary = v128.and(f32x4.gt(u, splat(0)), f32x4.lt(u, splat(Infinity as f32)));
  return signed(f32x4.add(log4(u), v128.and(lost, ordinary)), x);
}

// @ts-expect-error: decorator
@inline
export function sigmoid4(x: v128): v128 {
  // 1 / (1 + e⁻ˣ), or eˣ / (1 + eˣ) below 0: no power overflows.
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, splat(1), f32x4.lt(x, splat(0))), f32x4.add(splat(1), e));
}

// @ts-expect-error: decorator
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), splat(10));
  const e = expm14(f32x4.add(size, size));
  return signed(f32x4.div(e, f32x4.add(e, splat(2))), x);
}

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e) with e = e^−|x| ≤ 1, and log(1 + e) = 2 artanh(s) with s = e / (2 + e) ≤ ⅓: a polynomial in s²
 * that is good to 4·10⁻⁹ (interpolated at Chebyshev's points), and no case to tell apart.
 */
// @ts-expect-error: decorator
@inline
export function softplus4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(e, f32x4.add(e, splat(2)));
  const t = f32x4.mul(s, s);
  let p = splat(0.140788891832141);
  p = multiplyAdd(p, t, splat(0.1398257887230086));
  p = multiplyAdd(p, t, splat(0.20012297615354072));
  p = multiplyAdd(p, t, splat(0.33333160820690066));
  p = multiplyAdd(p, t, splat(1));
  return multiplyAdd(f32x4.add(s, s), p, f32x4.pmax(x, splat(0)));
}

// @ts-expect-error: decorator
@inline
export function erf4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, splat(4)), splat(-4));
  const s = f32x4.mul(x, x);
  let p = splat(-2.72614225801306e-10);
  p = multiplyAdd(p, s, splat(2.77068142495902e-8));
  p = multiplyAdd(p, s, splat(-2.10102402082508e-6));
  p = multiplyAdd(p, s, splat(-5.69250639462346e-5));
  p = multiplyAdd(p, s, splat(-7.34990630326855e-4));
  p = multiplyAdd(p, s, splat(-2.95459980854025e-3));
  p = multiplyAdd(p, s, splat(-1.60960333262415e-2));
  let q = splat(-1.45660718464996e-5);
  q = multiplyAdd(q, s, splat(-2.13374055278905e-4));
  q = multiplyAdd(q, s, splat(-1.68282697438203e-3));
  q = multiplyAdd(q, s, splat(-7.37332916720468e-3));
  q = multiplyAdd(q, s, splat(-1.42647390514189e-2));
  return f32x4.mul(x, f32x4.div(p, q));
}
