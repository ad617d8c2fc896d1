/** Activations by number, as src/wasm/activation.ts names them. */
import { expm14, sigmoid4, tanh4 } from './math';
import { splat } from './simd';

export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const RELU6: i32 = 2;
/** x < 0 times a slope; also prelu, with a slope for each number. */
export const LEAKY: i32 = 3;
export const ELU: i32 = 4;
export const SIGMOID: i32 = 5;
export const TANH: i32 = 6;

/** The activation of that number. */
export function activate(kind: i32, x: v128, slope: v128): v128 {
  return activated(kind, x, slope);
}

/** The same in place, for loops in which `kind` is a constant. */
// @ts-expect-error: decorator
@inline
export function activated(kind: i32, x: v128, slope: v128): v128 {
  switch (kind) {
    case RELU: return rectified(x);
    case RELU6: return f32x4.pmin(rectified(x), splat(6));
    case LEAKY: return v128.bitselect(f32x4.mul(x, slope), x, f32x4.lt(x, splat(0)));
    case ELU: return v128.bitselect(expm14(x), x, f32x4.lt(x, splat(0)));
    case SIGMOID: return sigmoid4(x);
    case TANH: return tanh4(x);
    default: return x;
  }
}

/** max(x, 0); the sum makes +0 of −0. */
// @ts-expect-error: decorator
@inline
function rectified(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), splat(0));
}
