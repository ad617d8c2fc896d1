import { Tensor, type TypedArray } from '@tensorflow/tfjs-core';
import { showShape } from '../spec.js';

/** Numbers to compare: one, a flat list of them, or a tensor (borrowed). */
export type Values = number | ArrayLike<number> | Tensor;

/** What `readValues` found: the numbers in row-major order and, of a tensor, its shape and number type. */
export interface ReadValues {
  readonly values: ArrayLike<number>;
  readonly shape?: readonly number[];
  readonly dtype?: string;
}

/** The numbers behind `source`, without a synchronous read. */
export async function readValues(source: Values): Promise<ReadValues> {
  if (typeof source === 'number') return { values: [source] };
  if (!(source instanceof Tensor)) return { values: source };
  const values: TypedArray = await source.data();
  return { values, shape: source.shape, dtype: source.dtype };
}

/** Where in a tensor of that shape the number at `index` stands: `[1, 0]`; of a plain list: `[index]`. */
export function placeOf(index: number, shape: readonly number[] = []): string {
  if (shape.length < 2) return `[${index}]`;
  let rest = index;
  const place = [...shape].reverse().map((size) => {
    const along = rest % size;
    rest = Math.floor(rest / size);
    return along;
  });
  return showShape(place.reverse());
}

/** Throws when two read values cannot be compared number by number. */
export function checkComparable(where: string, what: string, actual: ReadValues, expected: ReadValues): void {
  const shapes = actual.shape && expected.shape && ([actual.shape, expected.shape] as const);
  if (shapes && showShape(shapes[0]) !== showShape(shapes[1])) {
    throw new Error(`${where}: expected ${what} of shape ${showShape(shapes[1])}, received ${showShape(shapes[0])}.`);
  }
  if (actual.values.length !== expected.values.length) {
    const [wanted, came] = [expected.values.length, actual.values.length];
    throw new Error(`${where}: expected ${what} to be ${wanted} numbers, received ${came}.`);
  }
}
