import { seeded } from '@gm/core';
import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Numbers } from './case.js';

export interface DrawOptions {
  /** Equal seeds give equal numbers. Default 1. */
  readonly seed?: number | string;
  readonly low?: number;
  readonly high?: number;
  /** Nothing is nearer to 0, where rectifiers have a kink. Default 0.05. */
  readonly gap?: number;
}

/** Uniform numbers without a backend: the same bits everywhere. */
function drawn(shape: readonly number[], { seed = 1, low = -1, high = 1, gap = 0.05 }: DrawOptions = {}): Float32Array {
  const values = seeded(seed).uniforms(shape.reduce((a, b) => a * b, 1));
  return values.map((u) => {
    const value = low + (high - low) * u;
    return value < 0 ? Math.min(value, -gap) : Math.max(value, gap);
  });
}

/** Such numbers as a tensor. */
export const draw = (shape: readonly number[], options?: DrawOptions): Tensor =>
  tensor(drawn(shape, options), [...shape]);

/** Whole numbers 0 … count − 1. */
export function drawWhole(shape: readonly number[], count: number, seed: number | string = 1): Tensor {
  const values = seeded(seed).uniforms(shape.reduce((a, b) => a * b, 1));
  return tensor(
    Int32Array.from(values, (u) => Math.floor(u * count)),
    [...shape],
    'int32',
  );
}

/** Reads tensors and frees them. Never dataSync(): in a browser WebGPU would give zeros. */
export async function read(tensors: Readonly<Record<string, Tensor>>): Promise<Numbers> {
  const entries = Object.entries(tensors);
  try {
    const values = await Promise.all(entries.map(([, value]) => value.data()));
    return Object.fromEntries(entries.map(([name], index) => [name, values[index] as Float32Array]));
  } finally {
    dispose(entries.map(([, value]) => value));
  }
}
