/** Row after row. */
export type Matrix = readonly (readonly number[])[];

/**
 * Cholesky's factor of a symmetric matrix: L lower triangular, L Lᵀ = A.
 *
 * @returns L; undefined where A is not positive definite
 * @see Golub & Van Loan (2013), Matrix Computations, section 4.2.5
 */
export function choleskyFactor(matrix: Matrix): number[][] | undefined {
  const factor = matrix.map((row) => row.map(() => 0));
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      const rest = row[j]! - dotBefore(factor[i]!, factor[j]!, j);
      if (i === j && !(rest > 0)) return undefined;
      factor[i]![j] = i === j ? Math.sqrt(rest) : rest / factor[j]![j]!;
    }
  }
  return factor;
}

/** L⁻¹ of a lower triangular L, by forward substitution. */
export function invertTriangular(factor: Matrix): number[][] {
  const columns = factor.map((_, column) =>
    solveTriangular(
      factor,
      Float64Array.from(factor, (_, i) => +(i === column)),
    ),
  );
  return factor.map((_, row) => columns.map((column) => column[row]!));
}

/** x of L x = b, for a lower triangular L. */
export function solveTriangular(factor: Matrix, b: Float64Array): Float64Array {
  const x = new Float64Array(b.length);
  for (const [i, row] of factor.entries()) x[i] = (b[i]! - dotBefore(row, x, i)) / row[i]!;
  return x;
}

function dotBefore(a: ArrayLike<number>, b: ArrayLike<number>, end: number): number {
  let total = 0;
  for (let k = 0; k < end; k++) total += a[k]! * b[k]!;
  return total;
}
