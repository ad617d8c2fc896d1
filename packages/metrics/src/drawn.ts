import { checkNumber, type Examples, type Generator, type Random } from '@gm/core';

/** Options of `drawn`. */
export interface DrawnOptions {
  /** How many examples in all. */
  readonly count: number;
  /** How many at once. Default 500. */
  readonly batchSize?: number;
  readonly random: Random;
}

/**
 * Examples that a generator draws, as batches to be measured: what `epochOf` is for data.
 *
 * @throws GM_OPTION when `count` or `batchSize` is not a positive whole number
 * @example await featuresOf(network, drawn(fromDecoder(decoder, prior), { count: 10_000, random: seeded(1) }))
 */
export function drawn(generator: Generator, { count, batchSize = 500, random }: DrawnOptions): Iterable<Examples> {
  checkNumber('drawn', 'count', count, { min: 1, integer: true });
  checkNumber('drawn', 'batchSize', batchSize, { min: 1, integer: true });
  return {
    *[Symbol.iterator]() {
      for (let left = count; left > 0; left -= batchSize) {
        yield { x: generator.sample(Math.min(left, batchSize), random) };
      }
    },
  };
}
