/** Coefficients of rational approximations, the highest power first. */
const MIDDLE = {
  over: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ],
  under: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
};
const TAIL = {
  over: [
    -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  under: [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};

/** Below it, and above 1 − it, the approximation of the tails holds. */
const EDGE = 0.02425;

/**
 * The quantile function of the standard normal, Φ⁻¹(p), for p in (0, 1); relative error below 1.2e-9.
 *
 * @see Acklam (2003), An algorithm for computing the inverse normal cumulative distribution function
 */
export function probit(p: number): number {
  if (p > 1 - EDGE) return -probit(1 - p);
  if (p < EDGE) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(TAIL.over, q) / horner(TAIL.under, q);
  }
  const q = p - 0.5;
  return (q * horner(MIDDLE.over, q * q)) / horner(MIDDLE.under, q * q);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
