import { checkNumber, checkSameShape, gmError, showShape } from '@gm/core';
import {
  abs,
  add,
  argMin,
  atan2,
  cast,
  cos,
  div,
  less,
  maximum,
  mul,
  oneHot,
  reshape,
  where as select,
  sin,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { sizePerExample } from './rows.js';

/** A way from a (t = 0) to b (t = 1), row by row. */
export type Interpolation = (a: Tensor, b: Tensor, t: number) => Tensor;

/** Below this length a direction in float32 is rounding error. */
const TINY = 1e-6;
/** A row shorter than this is a zero: its square does not fit into float32. */
const TINY_LENGTH = 1e-18;

/**
 * The straight way. Between two draws of a wide Gaussian it passes nearer to the origin than any draw lies; see `slerp`.
 *
 *   (1 − t) a + t b
 *
 * @param a  where t = 0, any shape
 * @param b  where t = 1, the same shape
 * @param t  any finite number; beyond 0 and 1 it extrapolates
 * @returns the same shape; exactly a at 0 and b at 1
 * @throws GM_SHAPE when the shapes differ; GM_OPTION when t is not finite
 * @see White (2016), Sampling Generative Networks, arXiv:1609.04468
 * @example lerp(zeros([1, 2]), ones([1, 2]), 0.5)  // [[0.5, 0.5]]
 */
export function lerp(a: Tensor, b: Tensor, t: number): Tensor {
  checkSameShape('lerp', { a, b }, 'Interpolate codes of one latent space.');
  checkNumber('lerp', 't', t);
  return tidy(() => add(mul(1 - t, a), mul(t, b)));
}

/**
 * The way along a great circle, row by row: the direction turns evenly and the length changes evenly, so it stays where draws of a
 * Gaussian lie.
 *
 *   |z| = (1 − t) |a| + t |b|,   z / |z| = cos(tΩ) â + sin(tΩ) û,   Ω = ∠(a, b),  û ⟂ â in the plane of a and b
 *
 * For rows of one length this is Shoemake's sin((1 − t)Ω)/sin Ω a + sin(tΩ)/sin Ω b. Parallel rows give `lerp`. Opposite rows have
 * many great circles: the one towards the axis that a leans to least is taken. A zero row takes the direction of the other.
 *
 * @param a  where t = 0, shape [batch, …latent]
 * @param b  where t = 1, the same shape
 * @param t  any finite number
 * @returns the same shape
 * @throws GM_SHAPE when the shapes differ or have no latent axis; GM_OPTION when t is not finite
 * @see Shoemake (1985), Animating rotation with quaternion curves; White (2016), Sampling Generative Networks, arXiv:1609.04468
 * @example slerp(tensor2d([[1, 0]]), tensor2d([[0, 1]]), 0.5)  // [[√½, √½]]
 */
export function slerp(a: Tensor, b: Tensor, t: number): Tensor {
  checkCodes('slerp', a, b);
  checkNumber('slerp', 't', t);
  return tidy(() => {
    const rows = [a.shape[0]!, sizePerExample(a)];
    const [lengthOfA, directionOfA] = polar(reshape(a, rows));
    const [lengthOfB, directionOfB] = polar(reshape(b, rows));
    const from = select(less(lengthOfA, TINY_LENGTH), directionOfB, directionOfA);
    const to = select(less(lengthOfB, TINY_LENGTH), directionOfA, directionOfB);
    const cosine = dot(from, to);
    const rest = orthogonal(to, from);
    const angle = mul(t, atan2(lengthOf(rest), cosine)); // [batch, 1]
    const direction = add(mul(cos(angle), from), mul(sin(angle), across(rest, from)));
    return reshape(mul(lerp(lengthOfA, lengthOfB, t), direction), a.shape);
  });
}

/**
 * A film strip of codes for each pair of rows, both ends included.
 *
 * @param a        first codes, shape [batch, …latent]
 * @param b        last codes, the same shape
 * @param steps    codes for each pair, at least 2
 * @param between  how to get from one to the other. Default `slerp`.
 * @returns [batch · steps, …latent], pair after pair: the rows of a picture grid that is `steps` wide
 * @throws GM_SHAPE when the shapes differ or have no latent axis; GM_OPTION when steps is not a whole number of at least 2
 * @see White (2016), Sampling Generative Networks, arXiv:1609.04468
 * @example decoder.apply(interpolate(prior.sample(8, random), prior.sample(8, random), 10))
 */
export function interpolate(a: Tensor, b: Tensor, steps: number, between: Interpolation = slerp): Tensor {
  checkCodes('interpolate', a, b);
  checkNumber('interpolate', 'steps', steps, { min: 2, integer: true });
  return tidy(() => {
    const frames = Array.from({ length: steps }, (_, frame) => between(a, b, frame / (steps - 1)));
    return reshape(stack(frames, 1), [-1, ...a.shape.slice(1)]);
  });
}

/** Length [batch, 1] and direction [batch, n] of each row. */
function polar(rows: Tensor): [length: Tensor, direction: Tensor] {
  const length = lengthOf(rows);
  return [length, div(rows, maximum(length, TINY_LENGTH))];
}

/** A unit vector across `from`, along `rest` where that is long enough to have a direction. */
function across(rest: Tensor, from: Tensor): Tensor {
  const axis = cast(oneHot(argMin(abs(from), -1) as Tensor1D, from.shape[1]!), 'float32');
  const chosen = select(less(lengthOf(rest), TINY), orthogonal(axis, from), rest);
  return polar(orthogonal(polar(chosen)[1], from))[1]; // again, for what rounding left of `from` in a short rest
}

function orthogonal(v: Tensor, unit: Tensor): Tensor {
  return sub(v, mul(dot(v, unit), unit));
}

function dot(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b), -1, true);
}

function lengthOf(rows: Tensor): Tensor {
  return sqrt(sum(square(rows), -1, true));
}

function checkCodes(where: string, a: Tensor, b: Tensor): void {
  checkSameShape(where, { a, b }, 'Interpolate codes of one latent space.');
  if (a.rank > 1) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'codes of shape [batch, …latent]',
    received: showShape(a.shape),
    remedy: 'Add a batch axis: reshape one code to [1, latent].',
  });
}
