import type { FeatureRows } from '../src/features.js';

/** Rows of features by a formula, which the programs that made the golden values used too. */
export function rowsOf(count: number, size: number, a: number, b: number): FeatureRows {
  const values = Float32Array.from({ length: count * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return Math.sin(a * (i + 1) * (j + 1)) + b * Math.cos(0.7 * i + j * j) + 0.1 * b * j;
  });
  return { values, count, size };
}

export function rows(values: readonly (readonly number[])[]): FeatureRows {
  return { values: Float32Array.from(values.flat()), count: values.length, size: values[0]!.length };
}
