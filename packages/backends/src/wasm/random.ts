import type { DataType } from '@tensorflow/tfjs-core';
import { type Body, sizeOf } from './kernel.js';

/** A kernel that draws from one distribution, by its number in kernels/random.ts. */
const draws =
  (distribution: number, dtype: DataType = 'float32'): Body =>
  (_, { key: [key0, key1], counter, shape }, { kernels, at, make }) => {
    const x = make(shape, dtype);
    kernels.randomNumbers!(distribution, at(x), sizeOf(x), key0, key1, counter >>> 0, Math.floor(counter / 2 ** 32));
    return x;
  };

export const randomUniform = draws(0);
export const randomNormal = draws(1);
export const randomBits = draws(2, 'int32');
