/** Mean and variance of numbers that are not kept, in float64. */
export interface Moments {
  add(value: number): void;
  count(): number;
  mean(): number;
  /** With count − 1 in the denominator; NaN for fewer than two numbers. */
  variance(): number;
}

/** @see Welford (1962), Note on a method for calculating corrected sums of squares and products */
export function momentsOf(): Moments {
  let [count, mean, squares] = [0, 0, 0];
  return {
    add(value) {
      count += 1;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    },
    count: () => count,
    mean: () => mean,
    variance: () => (count < 2 ? Number.NaN : squares / (count - 1)),
  };
}
