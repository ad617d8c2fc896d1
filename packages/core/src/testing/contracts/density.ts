import { check } from './runner.js';

/** Draws of one distribution, row by row, with the log density it claims at each. */
export interface ClaimedDraws {
  readonly rows: readonly Float32Array[];
  readonly logProbs: ArrayLike<number>;
}

/**
 * Passes when a log density belongs to its draws: with r a normal density half as wide as the draws,
 *
 *   E_{z ~ p}[ r(z) / p(z) ] = 1
 *
 * A forgotten normaliser, a factor 2π or a wrong sign shows at once. Works for distributions without holes, in few dimensions.
 */
export function checkDensity(where: string, { rows, logProbs }: ClaimedDraws): void {
  const { mean, deviation } = momentsOf(rows);
  const ratios = rows.map((row, index) => Math.exp(logNormal(row, mean, deviation) - logProbs[index]!));
  const mass = average(ratios);
  const error = Math.sqrt(average(ratios.map((ratio) => (ratio - mass) ** 2)) / ratios.length);
  const received = `${mass.toFixed(3)} ± ${error.toFixed(3)}`;
  const remedy =
    'Compare logProb with sample: one misses a factor, or set density: false for a distribution with holes.';
  check(Math.abs(mass - 1) <= 0.02 + 5 * error, where, 'a density whose mass is 1', received, remedy);
}

/** log of a diagonal normal density of half the deviation, in nats. */
function logNormal(row: Float32Array, mean: readonly number[], deviation: readonly number[]): number {
  return mean.reduce((total, center, axis) => {
    const scale = deviation[axis]! / 2;
    return total - 0.5 * ((row[axis]! - center) / scale) ** 2 - Math.log(scale * Math.sqrt(2 * Math.PI));
  }, 0);
}

export function momentsOf(rows: readonly Float32Array[]): { mean: number[]; deviation: number[] } {
  const axes = Array.from(rows[0] ?? [], (_, axis) => axis);
  const mean = axes.map((axis) => average(rows.map((row) => row[axis]!)));
  const deviation = axes.map((axis) => Math.sqrt(average(rows.map((row) => (row[axis]! - mean[axis]!) ** 2))));
  return { mean, deviation };
}

export function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Cuts flat numbers into rows of that size. */
export function rowsOf(values: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: values.length / size }, (_, row) => values.slice(row * size, (row + 1) * size));
}
