/** The largest gap between the empirical and a claimed distribution function (Kolmogorov and Smirnov), times √n. */
export function kolmogorov(values: ArrayLike<number>, cumulative: (x: number) => number): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  const gaps = sorted.map((x, rank) => {
    const claimed = cumulative(x);
    return Math.max(claimed - rank / sorted.length, (rank + 1) / sorted.length - claimed);
  });
  return Math.max(...gaps) * Math.sqrt(sorted.length);
}

/** P(√n D > 1.95) is 0.1 %: 2 exp(−2 · 1.95²). A right sampler passes, and with a fixed seed it passes always. */
export const KOLMOGOROV_LIMIT = 1.95;

/** Φ(x) by its Maclaurin series: exact to 10⁻¹² within ±6. */
export function normalCumulative(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Mean of xᵏ. */
export function moment(values: ArrayLike<number>, k: number): number {
  return Array.from(values).reduce((total, x) => total + x ** k, 0) / values.length;
}
