import { choleskyFactor, type Matrix, solveTriangular } from './triangular.js';

/** How the codes of a Gaussian component lie around its mean. */
export interface Spread {
  /** ½ log |2π Σ| */
  readonly logVolume: number;
  /** dᵀ Σ⁻¹ d, of a difference d from the mean. */
  distance(difference: Float64Array): number;
}

/** Differences from a mean, and what each counts; these add up to 1. */
export interface Weighted {
  readonly differences: readonly Float64Array[];
  readonly shares: readonly number[];
}

/** The mean of dᵢ², and `floor` more, for each axis; with its standard deviations. */
export function diagonalSpread(
  { differences, shares }: Weighted,
  floor: number,
): Spread & { readonly scales: readonly number[] } {
  const variances = Array.from(differences[0]!, (_, i) =>
    differences.reduce((total, difference, n) => total + shares[n]! * difference[i]! ** 2, floor),
  );
  return {
    logVolume: 0.5 * variances.reduce((total, variance) => total + Math.log(2 * Math.PI * variance), 0),
    distance: (difference) => variances.reduce((total, variance, i) => total + difference[i]! ** 2 / variance, 0),
    scales: variances.map(Math.sqrt),
  };
}

/** The mean of d dᵀ, and `floor` more on its diagonal; with the L of L Lᵀ. */
export function fullSpread(weighted: Weighted, floor: number): Spread & { readonly factor: Matrix } {
  const factor = choleskyFactor(covarianceOf(weighted, floor));
  // Rounding can take a floor that is far below the other variances away.
  if (factor === undefined) return fullSpread(weighted, 10 * floor);
  return {
    logVolume: factor.reduce((total, row, i) => total + Math.log(row[i]!) + 0.5 * Math.log(2 * Math.PI), 0),
    distance: (difference) => solveTriangular(factor, difference).reduce((total, value) => total + value * value, 0),
    factor,
  };
}

function covarianceOf({ differences, shares }: Weighted, floor: number): number[][] {
  const size = differences[0]!.length;
  const covariance = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [n, difference] of differences.entries())
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) covariance[i]![j]! += shares[n]! * difference[i]! * difference[j]!;
  for (let i = 0; i < size; i++) {
    covariance[i]![i]! += floor;
    for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!;
  }
  return covariance;
}
