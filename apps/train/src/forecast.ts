import type { Network, Predictive } from '@gm/core';
import { windows } from '@gm/data';
import { predictInterval } from '@gm/discriminators';
import { quantileCrps } from '@gm/metrics';
import { dispose, mean, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Series } from './seriesData.js';

/** A network with the head that says how its numbers are read. */
export interface Forecaster {
  readonly network: Network;
  readonly head: Predictive;
}

/** In units of the series. */
export interface Forecast {
  readonly median: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Of what may come, how much lies between low and high. */
export const COVERAGE = 0.8;
/** Of the quantiles that a score is averaged over. */
export const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What comes after those values, which are in units of the spread of the training part. */
export async function forecastAfter(
  { network, head }: Forecaster,
  past: Float32Array,
  { training }: Series,
): Promise<Forecast> {
  const x = tensor(past, [1, past.length, 1]);
  const interval = predictInterval(network, head, x, { coverage: COVERAGE });
  const read = async (values: Tensor) =>
    Array.from(await values.data(), (value) => training.mean + training.scale * value);
  const [median, low, high] = [await read(interval.median), await read(interval.low), await read(interval.high)];
  dispose([x, interval as never]);
  return { median, low, high };
}

/** Continuous ranked probability score on the test part, and the absolute error of repeating the last season; in units of the series. */
export async function scoreOf({ network, head }: Forecaster, { training, test }: Series, horizon: number) {
  const past = network.input.shape[0]!;
  const count = test.values.length - past - horizon + 1;
  const { x, targets } = await windows(test.values, { past, horizon, batchSize: count }).at(0);
  const score = tidy(() => mean(quantileCrps(targets, head.quantiles(network.apply(x), LEVELS), LEVELS)));
  const [crps] = await score.data();
  dispose([x, targets, score]);
  const season = bestSeason(training.values, past, horizon);
  const naive = seasonalError(test.values, { season, past, horizon });
  return { crps: training.scale * crps!, naiveError: training.scale * naive, season, windows: count };
}

/** The season whose repetition would have been nearest on the training part. */
function bestSeason(values: Float32Array, past: number, horizon: number): number {
  const errors = Array.from({ length: past }, (_, index) =>
    seasonalError(values, { season: index + 1, past, horizon }),
  );
  return 1 + errors.indexOf(Math.min(...errors));
}

/** |v − v one season before it that was seen|, on average over all steps of all forecasts. */
function seasonalError(
  values: Float32Array,
  { season, past, horizon }: { season: number; past: number; horizon: number },
): number {
  let [total, count] = [0, 0];
  for (let start = past; start + horizon <= values.length; start++)
    for (let ahead = 0; ahead < horizon; ahead++) {
      const seen = start - season + (ahead % season);
      total += Math.abs(values[start + ahead]! - values[seen]!);
      count += 1;
    }
  return total / count;
}
