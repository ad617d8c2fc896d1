import { gmError, type Random, type SeededRandom } from '@gm/core';
import { reshape, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializer.js';

/**
 * A random matrix with orthonormal rows, or columns where those are fewer: repeated multiplication neither blows signals up nor
 * lets them vanish. Every axis but the last counts as rows. Computed in float64 outside the backend, in about units³ steps.
 *
 *   W Wᵀ = I, or Wᵀ W = I
 *
 * @throws GM_RANDOM without a stream that gives plain numbers, as seeded() does
 * @see Saxe, McClelland & Ganguli (2014), Exact solutions to the nonlinear dynamics of learning in deep linear networks,
 *   section 3, arXiv:1312.6120
 * @example lstm({ units: 64, random: seeded(1), recurrentKernel: orthogonal })
 */
export const orthogonal: Initializer = (shape, { random }) => {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const [few, many] = [Math.min(rows, columns), Math.max(rows, columns)];
  const values = orthonormalRows(Float64Array.from(normalsOf(random, few * many)), few, many);
  return tidy(() => {
    const wide = tensor(values, [few, many], 'float32');
    return reshape(rows <= columns ? wide : transpose(wide), [...shape]);
  });
};

/** A tensor could only be read later. */
function normalsOf(random: Random | undefined, count: number): Float32Array {
  const normals = (random as Partial<SeededRandom> | undefined)?.normals;
  if (normals) return normals(count);
  throw gmError('GM_RANDOM', {
    where: 'orthogonal',
    expected: 'a stream that gives plain numbers',
    received: random ? 'one without normals()' : 'none',
    remedy: 'Pass { random: seeded(1) } to the layer.',
  });
}

/** Gram and Schmidt, each row freed of the rows before it one by one, so that rounding errors do not add up. */
function orthonormalRows(values: Float64Array, count: number, width: number): Float32Array {
  const rows = Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
  for (const [index, row] of rows.entries()) {
    for (const earlier of rows.slice(0, index)) subtract(row, earlier, dot(row, earlier));
    const length = Math.sqrt(dot(row, row));
    for (let at = 0; at < width; at++) row[at]! /= length;
  }
  return Float32Array.from(values);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let at = 0; at < a.length; at++) total += a[at]! * b[at]!;
  return total;
}

function subtract(from: Float64Array, direction: Float64Array, factor: number): void {
  for (let at = 0; at < from.length; at++) from[at]! -= factor * direction[at]!;
}
