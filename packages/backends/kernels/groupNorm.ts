/**
 * Normalisation of groups of channels over the places of an example: group norm; with all places as one example and each channel
 * a group of its own, batch norm.
 *
 * x is [examples, rows, channels]. `fold` rows are taken as one wide row, whose width is a multiple of four, so that few or
 * odd channels fill vectors as well; what is left over at the end, the rest, is a row that ends early. Rows are cut into parts.
 *   1. partial sums of each part: of x and x² about a shift near the part's mean, so that nothing cancels
 *   2. for each example, these are put together in float64: mean, variance, and y = a (x − mean) + b in tables of one wide row
 *   3. y
 * The mean is kept in two floats, the second within b: x − mean is right to the last digit even where the mean is large.
 * Going back likewise: sums of dy, dy (x − mean) and x − mean; then dx = a dy + c (x − mean) + b.
 *
 * Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, section 3.
 */
import { backApplyTask, backCombineTask, backSumsTask, hintsTask } from './groupNormBack';
import { applyTask, combineTask, sumsTask } from './groupNormForward';
import { ACROSS, APPLY, APPLY_TASKS, BACK_APPLY, BACK_COMBINE, BACK_SUMS, COMBINE, DX, DY, D_MEAN, D_OFFSET, D_SCALE, D_VARIANCE, EACH, EPSILON, FOLD, HINTS, MEAN, OFFSET, PARTS, SCALE, SUMS, TABLES, VARIANCE, WIDE, X, Y, cut } from './groupNormLayout';
import { bytes, perform, sumOf } from './norm';
import { argument, setArgument, setNumberArgument } from './threads';

/**
 * y = scale (x − mean) / √(variance + epsilon) + offset, mean and variance of each example and group over its rows and channels.
 *
 * @param x  [examples, rows, channels]; y the same
 * @param scale, offset  [channels]
 * @param mean, variance  [examples, groups], written
 * @param room  normRoom(examples, rows, channels) bytes
 */
export function normalizeGroups(x: usize, scale: usize, offset: usize, epsilon: f32, y: usize, mean: usize, variance: usize, examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  cut(examples, rows, channels, groups, room);
  setArgument(X, x);
  setArgument(SCALE, scale);
  setArgument(OFFSET, offset);
  setNumberArgument(EPSILON, epsilon);
  setArgument(Y, y);
  setArgument(MEAN, mean);
  setArgument(VARIANCE, variance);
  const work = examples * rows * channels;
  perform(SUMS, examples * (argument(PARTS) as i32) * (argument(ACROSS) as i32), work);
  perform(COMBINE, examples, work);
  perform(APPLY, examples * (argument(APPLY_TASKS) as i32), work);
}

/** y = scale (x − mean) / √(variance + epsilon) + offset with mean and variance as given, [channels]; scale and offset may be 0 for none. */
export function normalizeBy(x: usize, mean: usize, variance: usize, scale: usize, offset: usize, epsilon: f32, y: usize, rows: i32, channels: i32, room: usize): void {
  cut(1, rows, channels, channels, room);
  setArgument(X, x);
  setArgument(Y, y);
  const fold = argument(FOLD) as i32, wide = bytes(argument(WIDE) as i32), table = argument(TABLES);
  for (let c = 0; c < channels; c++) {
    const at = bytes(c);
    const root = sqrt<f64>((load<f32>(variance + at) as f64) + (epsilon as f64));
    const a = ((scale ? load<f32>(scale + at) as f64 : 1) / root) as f32;
    for (let j = table + at, i = 0; i < fold; i++, j += bytes(channels)) {
      store<f32>(j, load<f32>(mean + at));
      store<f32>(j + wide, a);
      store<f32>(j + 2 * wide, offset ? load<f32>(offset + at) : 0);
    }
  }
  perform(APPLY, argument(APPLY_TASKS) as i32, rows * channels);
}

/**
 * Gradients of normalizeGroups: dx [examples, rows, channels], dScale and dOffset [channels], from those of y, mean and variance.
 *
 * @param mean, variance  as normalizeGroups gave them
 */
export function normalizeGroupsBack(x: usize, scale: usize, epsilon: f32, mean: usize, variance: usize, dy: usize, dMean: usize, dVariance: usize, dx: usize, dScale: usize, dOffset: usize, examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  cut(examples, rows, channels, groups, room);
  setArgument(X, x);
  setArgument(SCALE, scale);
  setNumberArgument(EPSILON, epsilon);
  setArgument(MEAN, mean);
  setArgument(VARIANCE, variance);
  setArgument(DY, dy);
  setArgument(D_MEAN, dMean);
  setArgument(D_VARIANCE, dVariance);
  setArgument(DX, dx);
  setArgument(D_SCALE, dScale);
  setArgument(D_OFFSET, dOffset);
  const work = examples * rows * channels;
  perform(HINTS, examples, work);
  perform(BACK_SUMS, examples * (argument(PARTS) as i32) * (argument(ACROSS) as i32), work);
  perform(BACK_COMBINE, examples, work);
  perform(BACK_APPLY, examples * (argument(APPLY_TASKS) as i32), work);
  sumOf(argument(EACH), examples, bytes(channels) * 2, dScale, channels);
  sumOf(argument(EACH) + bytes(channels), examples, bytes(channels) * 2, dOffset, channels);
}

export function groupNormTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case SUMS: sumsTask(task); break;
    case COMBINE: combineTask(task); break;
    case APPLY: applyTask(task); break;
    case HINTS: hintsTask(task); break;
    case BACK_SUMS: backSumsTask(task); break;
    case BACK_COMBINE: backCombineTask(task); break;
    case BACK_APPLY: backApplyTask(task); break;
  }
}
