import { engine, getBackend, getKernel, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { checkNumber } from './check.js';
import { gmError } from './errors.js';
import type { Random } from './interfaces.js';
import { type Key, philox } from './philox.js';
import { sizeOf } from './spec.js';

/**
 * What tfjs calls the kernels that draw on the device, where a backend has them. Attributes: `key` and `counter` of a RandomState, and
 * `shape`; the same numbers as `uniforms`, `normals` and `words`, those as int32.
 */
export const randomUniformKernel = 'GmRandomUniform';
export const randomNormalKernel = 'GmRandomNormal';
export const randomBitsKernel = 'GmRandomBits';

/** All there is to a stream: save it, and `restored` goes on where it stood. */
export interface RandomState {
  readonly key: Key;
  /** Blocks of four words drawn so far. */
  readonly counter: number;
}

/** A seeded stream: the same numbers on every backend and machine, whatever was drawn from other streams. */
export interface SeededRandom extends Random {
  readonly state: RandomState;
  /** A stream of its own for that label; does not advance this one, and equal labels give equal streams. @throws GM_OPTION when a number is not finite */
  split(label: string | number): SeededRandom;
  /** Independent 32-bit words. */
  words(count: number): Uint32Array;
  /** Like `words`, as a tensor: int32, whose 32 bits are those of the words. */
  bits(shape: readonly number[]): Tensor;
  /** The numbers 0 … count − 1 in random order. */
  permutation(count: number): Uint32Array;
  /** Like `normal`, as plain numbers. */
  normals(count: number): Float32Array;
  /** Like `uniform`, as plain numbers. */
  uniforms(count: number): Float32Array;
}

/**
 * A stream from a seed. Every finite number (0 included) and every well-formed string is a seed of its own; −0 is 0.
 *
 * Words, uniforms and permutations are the same everywhere. Normals are too wherever `Math.log`, `cos` and `sin` round alike: on
 * all backends, in Node and in Chromium; another JavaScript engine may differ in the last bit of a few. Backends with kernels for
 * it draw tensors on the device, in the same steps.
 *
 * @throws GM_OPTION when a number is not finite
 * @example seeded(7).normal([2, 3])
 */
export function seeded(seed: number | string): SeededRandom {
  return streamOf(absorb([0, 0], checkLabel('seeded', 'seed', seed)));
}

/**
 * The stream that was at `state`: it draws what that one would have drawn next.
 *
 * @throws GM_OPTION when the state is not one
 * @example restored(random.state)
 */
export function restored({ key, counter }: RandomState): SeededRandom {
  if (key?.length === 2 && key.every(isWord) && Number.isSafeInteger(counter) && counter >= 0) {
    return streamOf([key[0], key[1]], counter);
  }
  throw gmError('GM_OPTION', {
    where: 'restored',
    expected: 'a state with two 32-bit key words and a counter',
    received: JSON.stringify({ key, counter }),
    remedy: 'Pass what the state property of a stream gave.',
  });
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function streamOf(key: Key, start = 0): SeededRandom {
  let counter = start;
  const words = (count: number): Uint32Array => {
    const drawn = drawWords(key, counter, checkCount(count));
    counter += Math.ceil(count / 4);
    return drawn;
  };
  const normals = (count: number) => gaussian(words(checkCount(count) + (count % 2)), count);
  const uniforms = (count: number) => fractions(words(count));
  const signed = (count: number) => Int32Array.from(words(count));
  const drawn = (kernelName: string, shape: readonly number[], numbers: (count: number) => TypedNumbers): Tensor => {
    const count = checkCount(sizeOf(shape));
    if (!getKernel(kernelName, getBackend())) return tensorOf(numbers(count), shape);
    const x = engine().runKernel(kernelName, {}, { key: [...key], counter, shape: [...shape] }) as Tensor;
    counter += Math.ceil(count / 4);
    return x;
  };
  return {
    get state() {
      return { key, counter };
    },
    split: (label) => streamOf(absorb(key, checkLabel('split', 'label', label))),
    words,
    normals,
    uniforms,
    permutation: (count) => shuffle(words(count)),
    normal: (shape) => drawn(randomNormalKernel, shape, normals),
    uniform: (shape) => drawn(randomUniformKernel, shape, uniforms),
    bits: (shape) => drawn(randomBitsKernel, shape, signed),
  };
}

type TypedNumbers = Float32Array | Int32Array;

function tensorOf(numbers: TypedNumbers, shape: readonly number[]): Tensor {
  return tensor(numbers, [...shape], numbers instanceof Int32Array ? 'int32' : 'float32');
}

function checkCount(count: number): number {
  return checkNumber('random', 'count', count, { min: 0, integer: true });
}

function drawWords(key: Key, counter: number, count: number): Uint32Array {
  const blocks = Math.ceil(count / 4);
  const out = new Uint32Array(blocks * 4);
  for (let block = 0; block < blocks; block++) {
    const index = counter + block;
    philox(key, [index >>> 0, Math.floor(index / 2 ** 32), 0, 0], out, block * 4);
  }
  return out.subarray(0, count);
}

/** The high 24 bits of each word as a float32 in [0, 1), exactly. A loop: TypedArray.from is ten times slower. */
function fractions(words: Uint32Array): Float32Array {
  const values = new Float32Array(words.length);
  for (let index = 0; index < words.length; index++) values[index] = (words[index]! >>> 8) * 2 ** -24;
  return values;
}

/** Box & Muller (1958): a pair of uniforms in (0, 1) becomes a pair of normals. */
function gaussian(words: Uint32Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    const radius = Math.sqrt(-2 * Math.log((words[index]! + 0.5) * 2 ** -32));
    const angle = 2 * Math.PI * (words[index + 1]! + 0.5) * 2 ** -32;
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Fisher–Yates. A word times a limit below 2²¹ is exact in a double, so the bias is at most limit · 2⁻³². */
function shuffle(words: Uint32Array): Uint32Array {
  const order = new Uint32Array(words.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor((words[index]! / 2 ** 32) * (index + 1));
    const last = order[index]!;
    order[index] = order[other]!;
    order[other] = last;
  }
  return order;
}

function checkLabel(where: string, name: string, label: string | number): string | number {
  return typeof label === 'string' ? label : checkNumber(where, name, label);
}

/** A key of its own for each label; numbers and strings never meet, whatever they look like. */
function absorb(key: Key, label: string | number): Key {
  const isNumber = typeof label === 'number';
  const bytes = isNumber ? bytesOfNumber(label) : new TextEncoder().encode(label);
  const padded = new Uint8Array(Math.max(8, Math.ceil(bytes.length / 8) * 8));
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const block = new Uint32Array(4);
  let current = key;
  for (let offset = 0; offset < padded.length; offset += 8) {
    // A third and fourth word that no drawing ever uses keep derived keys apart from drawn numbers.
    const tag = isNumber ? 1 : 2;
    philox(current, [view.getUint32(offset, true), view.getUint32(offset + 4, true), bytes.length, tag], block);
    current = [block[0]!, block[1]!];
  }
  return current;
}

function bytesOfNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value + 0, true); // + 0: minus zero is zero
  return bytes;
}
