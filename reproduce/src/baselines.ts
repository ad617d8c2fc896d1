import { gaussianCrps } from '@gm/metrics';
import { mean, mul, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { Matrix, solve } from 'ml-matrix';

/** All windows of a series, in the order of time: a row has what is seen, and what came after it. */
export interface Cut {
  /** [windows, past] */
  readonly past: Matrix;
  /** [windows, horizon] */
  readonly next: Matrix;
}

/** A Gaussian for each step that is predicted. */
export interface Forecaster {
  /** [windows, past] → [windows, horizon] */
  mean(past: Matrix): Matrix;
  /** Standard deviation of each step of the horizon, > 0. */
  readonly scale: readonly number[];
}

/** A series cut into the windows that `windows` of @gm/data gives. */
export function cut(series: readonly number[], { past, horizon }: { past: number; horizon: number }): Cut {
  const count = series.length - past - horizon + 1;
  const rows = (from: number, steps: number) =>
    new Matrix(Array.from({ length: count }, (_, start) => series.slice(start + from, start + from + steps)));
  return { past: rows(0, past), next: rows(past, horizon) };
}

/**
 * What was there a season before, spread as far as it missed in training.
 *
 *   ŷₜ₊ₕ = vₜ₊ₕ₋ₖₛ,   the last season s that is seen,   σₕ² = mean (yₜ₊ₕ − ŷₜ₊ₕ)²
 *
 * @param training  what σ is measured on
 * @param season    s, in steps; at most what is seen
 * @see Hyndman & Athanasopoulos (2021), Forecasting: principles and practice, section 5.2
 */
export function seasonalNaive(training: Cut, season: number): Forecaster {
  const meanOf = (past: Matrix) => {
    const from = past.columns - season;
    return past.subMatrixColumn(Array.from({ length: training.next.columns }, (_, step) => from + (step % season)));
  };
  return { mean: meanOf, scale: spread(Matrix.sub(training.next, meanOf(training.past)), 0) };
}

/** Options of `autoregressive`. */
export interface AutoregressiveOptions {
  /** Steps that are looked at, the last ones; at most what is seen. */
  readonly order: number;
  /** λ ≥ 0, in units of the mean square of an input. Default 0. */
  readonly ridge?: number;
}

/**
 * A linear autoregression for each step of the horizon, by least squares.
 *
 *   ŷₜ₊ₕ = b₀ₕ + Σⱼ bⱼₕ vₜ₋ⱼ,   B = (XᵀX + λ n I)⁻¹ XᵀY,   σₕ² = Σ (yₜ₊ₕ − ŷₜ₊ₕ)² / (n − order − 1)
 *
 * The series is centred and scaled by the training windows first, and the constant is left out of the ridge.
 *
 * @see Marcellino, Stock & Watson (2006), A comparison of direct and iterated multistep AR methods, which calls this direct
 */
export function autoregressive(training: Cut, { order, ridge = 0 }: AutoregressiveOptions): Forecaster {
  const centre = training.past.mean();
  const unit = training.past.standardDeviation();
  const inputs = (past: Matrix) => {
    const seen = Matrix.sub(past.subMatrix(0, past.rows - 1, past.columns - order, past.columns - 1), centre);
    return seen.div(unit).addColumn(order, new Array<number>(past.rows).fill(1)); // [windows, order + 1]
  };
  const x = inputs(training.past);
  const square = x.transpose().mmul(x);
  for (let lag = 0; lag < order; lag++) square.set(lag, lag, square.get(lag, lag) + ridge * x.rows);
  const weights = solve(square, x.transpose().mmul(training.next)); // [order + 1, horizon]
  const meanOf = (past: Matrix) => inputs(past).mmul(weights);
  return { mean: meanOf, scale: spread(Matrix.sub(training.next, meanOf(training.past)), order + 1) };
}

/** Mean CRPS over all windows and steps, in units of the series. */
export function crpsOf({ mean: meanOf, scale }: Forecaster, { past, next }: Cut): number {
  return tidy(() => {
    const centre = meanOf(past);
    const unit = Math.max(...scale);
    // In units of the widest spread: float32 then loses nothing to the level of the series.
    const missed = tensor2d(Matrix.sub(next, centre).div(unit).to2DArray());
    const spreads = tensor2d(Array.from({ length: next.rows }, () => scale.map((one) => one / unit)));
    const scores: Tensor = gaussianCrps(missed, mul(0, missed), spreads);
    return unit * (mean(scores).dataSync()[0] as number);
  });
}

/** The candidate with the lowest CRPS on the validation windows. */
export function chosen<Setting>(
  settings: readonly Setting[],
  forecaster: (setting: Setting) => Forecaster,
  validation: Cut,
): { readonly setting: Setting; readonly forecaster: Forecaster; readonly crps: number } {
  return settings
    .map((setting) => ({ setting, forecaster: forecaster(setting) }))
    .map((one) => ({ ...one, crps: crpsOf(one.forecaster, validation) }))
    .reduce((best, one) => (one.crps < best.crps ? one : best));
}

/** Root of the sum of squares over what is left after so many coefficients, for each column. */
function spread(missed: Matrix, coefficients: number): number[] {
  return Matrix.mul(missed, missed)
    .sum('column')
    .map((sum) => Math.sqrt(sum / Math.max(1, missed.rows - coefficients)));
}
