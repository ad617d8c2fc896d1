/** Functions of each number alone, and what the slope of an activation makes of a gradient. */
import { activated, ELU, LEAKY, RELU, RELU6, SIGMOID, TANH } from './activation';
import { FREE } from './layout';
import { erf4, exp4, expm14, log1p4, log4, sigmoid4, softplus4 } from './math';
import { loadFew, splat, storeFew } from './simd';
import { ELEMENTWISE } from './families';
import { argument, numberArgument, run, scratch, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const UNARY: i32 = 0, SLOPE: i32 = 1;

/** Numbers that one task takes, of a function that is a few instructions and of one that is many: about 10 µs. */
const MANY: i32 = 32768, FEW: i32 = 12288;

const FUNCTION: usize = 0, X: usize = 1, Y: usize = 2, COUNT: usize = 3, A: usize = 4, B: usize = 5, CHUNK: usize = 6, DY: usize = 7;

/** Functions by number, as src/wasm/elementwise.ts names them; the activations are their own numbers and ACTIVATION. */
const EXP: i32 = 0, EXPM1: i32 = 1, LOG: i32 = 2, LOG1P: i32 = 3, SOFTPLUS: i32 = 4, ERF: i32 = 5, SELU: i32 = 6;
const CLIP: i32 = 7, SQRT: i32 = 8, RSQRT: i32 = 9, RECIPROCAL: i32 = 10, ACTIVATION: i32 = 16;

/** Klambauer et al. (2017), Self-Normalizing Neural Networks, arXiv:1706.02515: λ and λα. */
const SELU_SCALE: f32 = 1.0507009873554805, SELU_SCALE_ALPHA: f32 = 1.7580993408473768;

/** y = f(x) for `count` numbers; `a` and `b` are the bounds of CLIP, `a` the slope of LEAKY. */
export function unary(kind: i32, x: usize, y: usize, count: i32, a: f32, b: f32): void {
  setNumberArgument(B, b);
  each(UNARY, kind, 0, x, y, count, a);
}

/**
 * dx = dy · f′ for `count` numbers. `x` is what went into the activation, for SIGMOID and TANH what came out of it; `alpha` the
 * slope of LEAKY.
 */
export function activationGrad(kind: i32, dy: usize, x: usize, dx: usize, count: i32, alpha: f32): void {
  each(SLOPE, kind, dy, x, dx, count, alpha);
}

function each(kernel: i32, kind: i32, dy: usize, x: usize, y: usize, count: i32, a: f32): void {
  const activation = kind - ACTIVATION;
  const quick = (kind >= CLIP && kind < ACTIVATION) || activation == RELU || activation == RELU6 || activation == LEAKY;
  const chunk = quick ? MANY : FEW;
  setArgument(FUNCTION, kind);
  setArgument(DY, dy);
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(COUNT, count);
  setArgument(CHUNK, chunk);
  setNumberArgument(A, a);
  run(ELEMENTWISE + kernel, (count + chunk - 1) / chunk);
}

export function elementwiseTask(kernel: i32, task: i32): void {
  const chunk = argument(CHUNK) as i32, kind = argument(FUNCTION) as i32;
  const start = task * chunk, count = min(chunk, (argument(COUNT) as i32) - start);
  const skip = (start as usize) << 2, whole = ((count >> 2) as usize) << 4, rest = count & 3;
  const dy = argument(DY) + skip, x = argument(X) + skip, y = argument(Y) + skip;
  // The last few numbers on a vector of their own.
  const spare = scratch() + FREE;
  switch (kernel) {
    case UNARY:
      if (whole > 0) values(kind, x, y, whole);
      if (rest == 0) break;
      v128.store(spare, loadFew(x + whole, rest));
      values(kind, spare, spare, 16);
      storeFew(y + whole, v128.load(spare), rest);
      break;
    case SLOPE:
      if (whole > 0) slopes(kind, dy, x, y, whole);
      if (rest == 0) break;
      v128.store(spare, loadFew(x + whole, rest));
      v128.store(spare, loadFew(dy + whole, rest), 16);
      slopes(kind, spare + 16, spare, spare, 16);
      storeFew(y + whole, v128.load(spare), rest);
      break;
  }
}

/**
 * `bytes` of values, whole vectors and at least one. Each function has a loop of its own, which asks at its end: then V8 makes the
 * constants before it and not again and again inside.
 */
function values(kind: i32, x: usize, y: usize, bytes: usize): void {
  const a = splat(numberArgument(A)), b = splat(numberArgument(B));
  switch (kind) {
    case EXP: valuesOf(EXP, x, y, bytes, a, b); break;
    case EXPM1: valuesOf(EXPM1, x, y, bytes, a, b); break;
    case LOG: valuesOf(LOG, x, y, bytes, a, b); break;
    case LOG1P: valuesOf(LOG1P, x, y, bytes, a, b); break;
    case SOFTPLUS: valuesOf(SOFTPLUS, x, y, bytes, a, b); break;
    case ERF: valuesOf(ERF, x, y, bytes, a, b); break;
    case SELU: valuesOf(SELU, x, y, bytes, a, b); break;
    case CLIP: valuesOf(CLIP, x, y, bytes, a, b); break;
    case SQRT: valuesOf(SQRT, x, y, bytes, a, b); break;
    case RSQRT: valuesOf(RSQRT, x, y, bytes, a, b); break;
    case RECIPROCAL: valuesOf(RECIPROCAL, x, y, bytes, a, b); break;
    case ACTIVATION + RELU: valuesOf(ACTIVATION + RELU, x, y, bytes, a, b); break;
    case ACTIVATION + RELU6: valuesOf(ACTIVATION + RELU6, x, y, bytes, a, b); break;
    case ACTIVATION + LEAKY: valuesOf(ACTIVATION + LEAKY, x, y, bytes, a, b); break;
    case ACTIVATION + ELU: valuesOf(ACTIVATION + ELU, x, y, bytes, a, b); break;
    case ACTIVATION + SIGMOID: valuesOf(ACTIVATION + SIGMOID, x, y, bytes, a, b); break;
    case ACTIVATION + TANH: valuesOf(ACTIVATION + TANH, x, y, bytes, a, b); break;
  }
}

// @ts-expect-error: decorator
@inline
function valuesOf(kind: i32, x: usize, y: usize, bytes: usize, a: v128, b: v128): void {
  let at: usize = 0;
  do {
    v128.store(y + at, valueOf(kind, v128.load(x + at), a, b));
    at += 16;
  } while (at < bytes);
}

// @ts-expect-error: decorator
@inline
function valueOf(kind: i32, x: v128, a: v128, b: v128): v128 {
  switch (kind) {
    case EXP: return exp4(x);
    case EXPM1: return expm14(x);
    case LOG: return log4(x);
    case LOG1P: return log1p4(x);
    case SOFTPLUS: return softplus4(x);
    case ERF: return erf4(x);
    case SELU: return v128.bitselect(f32x4.mul(expm14(x), splat(SELU_SCALE_ALPHA)), f32x4.mul(x, splat(SELU_SCALE)), f32x4.lt(x, splat(0)));
    case CLIP: return f32x4.pmin(f32x4.pmax(x, a), b);
    case SQRT: return f32x4.sqrt(x);
    case RSQRT: return f32x4.div(splat(1), f32x4.sqrt(x));
    case RECIPROCAL: return f32x4.div(splat(1), x);
    default: return activated(kind - ACTIVATION, x, a);
  }
}

/** `bytes` of a gradient, whole vectors and at least one. */
function slopes(kind: i32, dy: usize, x: usize, dx: usize, bytes: usize): void {
  const alpha = splat(numberArgument(A));
  switch (kind) {
    case SOFTPLUS: slopesOf(SOFTPLUS, dy, x, dx, bytes, alpha); break;
    case SELU: slopesOf(SELU, dy, x, dx, bytes, alpha); break;
    case ACTIVATION + RELU: slopesOf(ACTIVATION + LEAKY, dy, x, dx, bytes, splat(0)); break;
    case ACTIVATION + RELU6: slopesOf(ACTIVATION + RELU6, dy, x, dx, bytes, alpha); break;
    case ACTIVATION + LEAKY: slopesOf(ACTIVATION + LEAKY, dy, x, dx, bytes, alpha); break;
    case ACTIVATION + ELU: slopesOf(ACTIVATION + ELU, dy, x, dx, bytes, alpha); break;
    case ACTIVATION + SIGMOID: slopesOf(ACTIVATION + SIGMOID, dy, x, dx, bytes, alpha); break;
    case ACTIVATION + TANH: slopesOf(ACTIVATION + TANH, dy, x, dx, bytes, alpha); break;
  }
}

// @ts-expect-error: decorator
@inline
function slopesOf(kind: i32, dy: usize, x: usize, dx: usize, bytes: usize, alpha: v128): void {
  let at: usize = 0;
  do {
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), slopeOf(kind, v128.load(x + at), alpha)));
    at += 16;
  } while (at < bytes);
}

/** f′, NaN where x is. */
// @ts-expect-error: decorator
@inline
function slopeOf(kind: i32, x: v128, alpha: v128): v128 {
  const one = splat(1), below = f32x4.pmin(x, splat(0));
  switch (kind) {
    case SOFTPLUS: return sigmoid4(x);
    case SELU: return v128.bitselect(splat(SELU_SCALE), f32x4.mul(exp4(below), splat(SELU_SCALE_ALPHA)), f32x4.gt(x, splat(0)));
    case ACTIVATION + RELU6: return orNaN(v128.and(one, v128.and(f32x4.gt(x, splat(0)), f32x4.le(x, splat(6)))), x);
    case ACTIVATION + LEAKY: return orNaN(v128.bitselect(one, alpha, f32x4.gt(x, splat(0))), x);
    case ACTIVATION + ELU: return exp4(below);
    case ACTIVATION + SIGMOID: return f32x4.mul(x, f32x4.sub(one, x));
    default: return f32x4.sub(one, f32x4.mul(x, x));
  }
}

// @ts-expect-error: decorator
@inline
function orNaN(slope: v128, x: v128): v128 {
  return v128.or(slope, f32x4.ne(x, x));
}
