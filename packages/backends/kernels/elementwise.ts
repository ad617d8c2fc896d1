/** Functions of each number alone. */
import { activate } from './activation';
import { erf4, exp4, expm14, log1p4, log4, sigmoid4, softplus4, tanh4 } from './math';
import { loadFew, splat, storeFew } from './simd';
import { ELEMENTWISE } from './tasks';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const UNARY: i32 = 0;

/** Numbers that one task takes: 32 kB, which stay in the first cache. */
const CHUNK: i32 = 8192;

const FUNCTION: usize = 0, X: usize = 1, Y: usize = 2, COUNT: usize = 3, A: usize = 4, B: usize = 5;

/** Functions by number, as src/wasm/elementwise.ts names them. */
const EXP: i32 = 0, EXPM1: i32 = 1, LOG: i32 = 2, LOG1P: i32 = 3, SIGMOID: i32 = 4, TANH: i32 = 5, SOFTPLUS: i32 = 6, ERF: i32 = 7, CLIP: i32 = 8;
/** From here on the activations, less ACTIVATION. */
const ACTIVATION: i32 = 16;

/** y = f(x) for `count` numbers; `a` and `b` are the bounds of CLIP, `a` the slope of LEAKY. */
export function unary(kind: i32, x: usize, y: usize, count: i32, a: f32, b: f32): void {
  setArgument(FUNCTION, kind);
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(COUNT, count);
  setNumberArgument(A, a);
  setNumberArgument(B, b);
  run(ELEMENTWISE + UNARY, (count + CHUNK - 1) / CHUNK);
}

export function elementwiseTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case UNARY: unaryTask(task); break;
  }
}

function unaryTask(task: i32): void {
  const start = task * CHUNK, kind = argument(FUNCTION) as i32;
  const a = splat(numberArgument(A)), b = splat(numberArgument(B));
  let x = argument(X) + ((start as usize) << 2), y = argument(Y) + ((start as usize) << 2);
  let left = min(CHUNK, (argument(COUNT) as i32) - start);
  for (; left >= 4; left -= 4, x += 16, y += 16) v128.store(y, valueOf(kind, v128.load(x), a, b));
  if (left > 0) storeFew(y, valueOf(kind, loadFew(x, left), a, b), left);
}

// @ts-ignore: decorator
@inline
function valueOf(kind: i32, x: v128, a: v128, b: v128): v128 {
  switch (kind) {
    case EXP: return exp4(x);
    case EXPM1: return expm14(x);
    case LOG: return log4(x);
    case LOG1P: return log1p4(x);
    case SIGMOID: return sigmoid4(x);
    case TANH: return tanh4(x);
    case SOFTPLUS: return softplus4(x);
    case ERF: return erf4(x);
    case CLIP: return f32x4.pmin(f32x4.pmax(x, a), b);
    default: return activate(kind - ACTIVATION, x, a);
  }
}
