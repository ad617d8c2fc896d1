import { checkComparable, placeOf, type ReadValues, readValues, type Values } from './values.js';

export interface CloseOptions {
  /** Errors are measured against the largest expected magnitude, but never against less than this. Default 1e-3. */
  readonly floor?: number;
  /** What the numbers are, for the message. Default 'values'. */
  readonly what?: string;
}

/**
 * Passes when two sets of numbers agree in the maximum norm:
 *
 *   maxᵢ |aᵢ − eᵢ| ≤ tolerance · max(floor, maxᵢ |eᵢ|)
 *
 * NaN agrees with nothing, an infinity only with itself. Tensors are borrowed; their shapes are compared when both have one.
 *
 * @param actual     a: a tensor, a flat list, or a number
 * @param expected   e: the same
 * @param tolerance  relative, default 1e-5
 * @throws Error naming the worst place, both numbers there and the relative error
 * @example await expectClose(gaussianKl(zeros([1, 2]), zeros([1, 2])), [0])
 */
export async function expectClose(
  actual: Values,
  expected: Values,
  tolerance = 1e-5,
  options: CloseOptions = {},
): Promise<void> {
  const { what = 'values' } = options;
  const [a, e] = [await readValues(actual), await readValues(expected)];
  checkComparable('expectClose', what, a, e);
  checkClose(a, e, tolerance, options);
}

/** `expectClose` for numbers that have been read. */
export function checkClose(actual: ReadValues, expected: ReadValues, tolerance: number, options: CloseOptions): void {
  const { floor = 1e-3, what = 'values' } = options;
  const { index, error } = worstError(actual.values, expected.values, floor);
  if (error <= tolerance) return;
  const place = placeOf(index, actual.shape ?? expected.shape);
  throw new Error(
    `expectClose: expected ${what} within ${tolerance}, received ${actual.values[index]} instead of ` +
      `${expected.values[index]} at ${place}, a relative error of ${error.toPrecision(3)}.`,
  );
}

/** The largest relative error and where it is. */
function worstError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor: number) {
  const scale = Math.max(floor, largestMagnitude(expected));
  let worst = { index: 0, error: 0 };
  for (let index = 0; index < expected.length; index++) {
    const error = differenceOf(actual[index]!, expected[index]!) / scale;
    if (error > worst.error) worst = { index, error };
  }
  return worst;
}

function differenceOf(actual: number, expected: number): number {
  if (Object.is(actual, expected) && !Number.isNaN(actual)) return 0;
  const difference = Math.abs(actual - expected);
  return Number.isNaN(difference) ? Infinity : difference;
}

/** max |vᵢ| over the finite numbers. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index]!);
    if (magnitude < Infinity) largest = Math.max(largest, magnitude);
  }
  return largest;
}

/**
 * Passes when two sets of numbers are the same bit for bit: −0 is not 0, and NaN is NaN. Tensors are borrowed; their shapes
 * and number types are compared when both have one.
 *
 * @throws Error naming the first difference
 * @example await expectSame(prior.sample(5, seeded(1)), prior.sample(5, seeded(1)))
 */
export async function expectSame(actual: Values, expected: Values, what = 'values'): Promise<void> {
  const [a, e] = [await readValues(actual), await readValues(expected)];
  checkComparable('expectSame', what, a, e);
  if (a.dtype && e.dtype && a.dtype !== e.dtype) {
    throw new Error(`expectSame: expected ${what} of type ${e.dtype}, received ${a.dtype}.`);
  }
  for (let index = 0; index < e.values.length; index++) {
    if (Object.is(a.values[index], e.values[index])) continue;
    const place = placeOf(index, a.shape ?? e.shape);
    const [came, wanted] = [show(a.values[index]!), show(e.values[index]!)];
    throw new Error(`expectSame: expected ${what} to be ${wanted} at ${place}, received ${came}.`);
  }
}

function show(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
