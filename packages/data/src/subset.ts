import { checkNumber, type Examples, type SeededRandom } from '@gm/core';
import type { Dataset } from './dataset.js';
import { checkCount, checkIndices, gather } from './rows.js';

/**
 * The examples of those numbers, in that order, as a set of their own. Nothing is copied but the labels.
 *
 * @throws GM_RANGE for an index that is not of the set, GM_SHAPE for no index at all
 * @example subset(dataset, [4, 2]).at([0])  // what dataset.at([4]) gives
 */
export function subset<Batch extends Examples>(dataset: Dataset<Batch>, indices: ArrayLike<number>): Dataset<Batch> {
  checkCount('subset', indices.length);
  const chosen = Uint32Array.from(checkIndices(indices, dataset.count));
  return {
    ...dataset,
    count: chosen.length,
    ...(dataset.labels && { labels: gather(dataset.labels, chosen) }),
    at: (places) => dataset.at(gather(chosen, checkIndices(places, chosen.length))),
  };
}

/**
 * The first `count` examples.
 *
 * @throws GM_OPTION when the set has not so many
 */
export function take<Batch extends Examples>(dataset: Dataset<Batch>, count: number): Dataset<Batch> {
  checkNumber('take', 'count', count, { min: 1, max: dataset.count, integer: true });
  return subset(dataset, range(0, count));
}

/**
 * Two sets that share no example and together have all: the first with `count` examples, the second with the others.
 *
 * @param random  draws which examples go where; without it the first ones go first
 * @throws GM_OPTION when one of the two would be empty
 * @example const [training, validation] = split(mnist, 50_000, seeded(1))
 */
export function split<Batch extends Examples>(
  dataset: Dataset<Batch>,
  count: number,
  random?: SeededRandom,
): [Dataset<Batch>, Dataset<Batch>] {
  checkNumber('split', 'count', count, { min: 1, max: dataset.count - 1, integer: true });
  const order = random?.permutation(dataset.count) ?? range(0, dataset.count);
  return [subset(dataset, order.subarray(0, count)), subset(dataset, order.subarray(count))];
}

/** The numbers from … to − 1. */
export function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, index) => from + index);
}
