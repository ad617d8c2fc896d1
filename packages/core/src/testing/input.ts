import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Range, Spec } from '../interfaces.js';
import { seeded } from '../random.js';
import { sizeOf } from '../spec.js';

/** A tensor to be, as plain numbers: what a test hands to a function and to its reference alike. */
export interface Input {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: ArrayLike<number>;
  /** Default 'float32'; gradients are taken with respect to float32 only. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

export interface DrawOptions {
  /** Default 0. */
  readonly seed?: number | string;
  /** Bounds of a uniform draw; a standard normal draw where they are left out. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Seeded numbers for a test: N(0, 1), or uniform inside `range`.
 *
 * @param shape  of the whole input, the batch axis included
 * @example draw([3, 4], { range: [0, 1] })
 */
export function draw(shape: readonly number[], { seed = 0, range }: DrawOptions = {}): Input {
  const random = seeded(seed);
  const count = sizeOf(shape);
  if (!range) return { shape, values: random.normals(count) };
  const [low, high] = range;
  return { shape, values: random.uniforms(count).map((u) => Math.min(high, Math.max(low, low + u * (high - low)))) };
}

/** Seeded examples of that spec, inside its range; whole numbers where its type is int32 or bool. */
export function drawExamples(spec: Spec, batch: number, seed: number | string = 0): Input {
  const shape = [batch, ...spec.shape];
  if (spec.dtype === 'float32') return draw(shape, { seed, ...boundsOf(spec.range) });
  const [low, high] = typeof spec.range === 'string' ? [0, 1] : spec.range;
  const values = seeded(seed)
    .uniforms(sizeOf(shape))
    .map((u) => low + Math.floor(u * (high - low + 1)));
  return { shape, values, dtype: spec.dtype === 'bool' ? 'bool' : 'int32' };
}

function boundsOf(range: Range): Pick<DrawOptions, 'range'> {
  return typeof range === 'string' ? {} : { range };
}

/** The input as a tensor, which the caller owns. */
export function tensorOf({ shape, values, dtype = 'float32' }: Input): Tensor {
  const numbers = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
  return tensor(numbers, [...shape], dtype);
}

/** The numbers that the tensor of this input holds, in float64: rounded to float32 as it is, so that a reference sees the same point. */
export function pointOf({ values }: Input): Float64Array {
  return Float64Array.from(values, Math.fround);
}

export function isDifferentiable({ dtype = 'float32' }: Input): boolean {
  return dtype === 'float32';
}
