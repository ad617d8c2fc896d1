import { checkNumber, gmError, type SeededRandom, spec, type TargetedExamples } from '@gm/core';
import { tensor } from '@tensorflow/tfjs-core';
import type { Batches } from './batches.js';

/** Options of `windows`. */
export interface WindowsOptions {
  /** Steps that are seen. */
  readonly past: number;
  /** Steps after them that are to be predicted. */
  readonly horizon: number;
  /** Numbers at each step, step after step in the series. Default 1. */
  readonly channels?: number;
  readonly batchSize: number;
  /** Draws the order; it is not advanced. Without it windows come in the order of time. */
  readonly random?: SeededRandom;
}

/**
 * A series cut into all its windows, as batches without an end: what is seen, and what came after it.
 *
 *   x = [vₜ, …, vₜ₊past₋₁],   targets = [vₜ₊past, …, vₜ₊past₊horizon₋₁]
 *
 * @param series  values in the order of time; scale them first, with `standardized`
 * @returns batches of x [batch, past, channels] and targets [batch, horizon], or [batch, horizon, channels] where there are several
 * @throws GM_OPTION when a size is not a positive whole number, or the series too short for one batch; GM_NOT_FINITE for a value that is
 *   NaN or infinite, with its place
 * @example windows(standardized(values).values, { past: 48, horizon: 12, batchSize: 64, random: seeded(1) })
 */
export function windows(series: ArrayLike<number>, options: WindowsOptions): Batches<TargetedExamples> {
  const { past, horizon, channels = 1, batchSize, random } = options;
  for (const [name, value] of Object.entries({ past, horizon, channels, batchSize }))
    checkNumber('windows', name, value, { min: 1, integer: true });
  checkValues('windows', series);
  const count = Math.floor(series.length / channels) - past - horizon + 1;
  if (count < batchSize) throw tooShort(past + horizon + batchSize - 1, Math.floor(series.length / channels));
  const values = Float32Array.from(series);
  const batchesPerEpoch = Math.floor(count / batchSize);
  const stream = random?.split('windows');
  const piece = (starts: readonly number[], from: number, steps: number, shape: readonly number[]) => {
    const rows = new Float32Array(starts.length * steps * channels);
    for (const [row, start] of starts.entries()) {
      const first = (start + from) * channels;
      rows.set(values.subarray(first, first + steps * channels), row * steps * channels);
    }
    return tensor(rows, [starts.length, ...shape]);
  };
  const targets = channels === 1 ? [horizon] : [horizon, channels];
  return {
    example: spec([past, channels]),
    targets,
    batchSize,
    batchesPerEpoch,
    at(step) {
      checkNumber('windows', 'step', step, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
      const order = stream?.split(Math.floor(step / batchesPerEpoch)).permutation(count);
      const place = (step % batchesPerEpoch) * batchSize;
      const starts = Array.from({ length: batchSize }, (_, index) => order?.[place + index] ?? place + index);
      return { x: piece(starts, 0, past, [past, channels]), targets: piece(starts, past, horizon, targets) };
    },
  };
}

/** A series in units of its own spread, and the way back. */
export interface Standardized {
  readonly values: Float32Array;
  readonly mean: number;
  /** Standard deviation, > 0. */
  readonly scale: number;
}

/**
 * (v − mean) / scale. Give the mean and scale of the training part for later parts: nothing of the future may be known before.
 *
 * @throws GM_NOT_FINITE for a value that is NaN or infinite; GM_OPTION when the values are all the same or there are none, or a scale is given
 *   that is not above 0
 * @example const training = standardized(first);  const test = standardized(last, training)
 */
export function standardized(
  series: ArrayLike<number>,
  by?: { readonly mean: number; readonly scale: number },
): Standardized {
  checkValues('standardized', series);
  const all = Array.from(series);
  const mean = by?.mean ?? all.reduce((sum, value) => sum + value, 0) / all.length;
  const scale = by?.scale ?? Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  checkNumber('standardized', 'scale', scale, { min: 0, exclusive: true });
  return { values: Float32Array.from(all, (value) => (value - mean) / scale), mean, scale };
}

function checkValues(where: string, series: ArrayLike<number>): void {
  const place = Array.prototype.findIndex.call(series, (value) => !Number.isFinite(value));
  if (place < 0) return;
  throw gmError('GM_NOT_FINITE', {
    where,
    expected: 'finite values',
    received: `${series[place]} at ${place}`,
    remedy: 'Leave out or fill in what is missing.',
  });
}

function tooShort(least: number, steps: number) {
  return gmError('GM_OPTION', {
    where: 'windows',
    expected: `a series of at least ${least} steps`,
    received: `${steps}`,
    remedy: 'Give a longer series, or take a smaller past, horizon or batchSize.',
  });
}
