import { checkNumber, type Evaluates, type Predictive } from '@gm/core';
import { slice, squeeze, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type BatchOptions, inBatches } from './inBatches.js';

/** What is predicted for each target, in its units; each [count, …targets]. */
export interface PredictedInterval {
  /** As likely too high as too low. */
  readonly median: Tensor;
  /** Below it lies (1 − coverage) / 2 of what may come. */
  readonly low: Tensor;
  /** Above it lies as much. */
  readonly high: Tensor;
}

/** Options of `predictInterval`. */
export interface PredictIntervalOptions extends BatchOptions {
  /** The share of what may come that lies between low and high, in (0, 1). Default 0.9. */
  readonly coverage?: number;
}

/**
 * Predictions of real numbers with how sure they are, for any number of examples.
 *
 * @param network  what `regressor` has trained
 * @param head     the one that it was trained with
 * @param x        [count, …input]
 * @throws GM_OPTION when `coverage` is outside (0, 1), or wider than the head's quantiles, or `batch` no positive whole number; GM_SHAPE when
 *   there is no example
 * @see Koenker & Bassett (1978), Regression quantiles
 * @example const { median, low, high } = predictInterval(network, head, x, { coverage: 0.8 })
 */
export function predictInterval(
  network: Evaluates,
  head: Pick<Predictive, 'quantiles'>,
  x: Tensor,
  { coverage = 0.9, ...options }: PredictIntervalOptions = {},
): PredictedInterval {
  checkNumber('predictInterval', 'coverage', coverage, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON });
  // Rounded, so that 0.05 is 0.05.
  const outside = Number(((1 - coverage) / 2).toPrecision(12));
  return tidy(() => {
    const levels = [outside, 0.5, 1 - outside];
    const quantiles = inBatches('predictInterval', x, options, (part, told) =>
      head.quantiles(network.apply(part, told), levels),
    );
    const shape = quantiles.shape.slice(0, -1);
    const [low, median, high] = levels.map((_, index) =>
      squeeze(slice(quantiles, [...shape.map(() => 0), index], [...shape, 1]), [-1]),
    ) as [Tensor, Tensor, Tensor];
    return { median, low, high };
  });
}
