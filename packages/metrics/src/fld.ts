import type { Examples } from '@gm/core';
import { featuresOf } from './features.js';
import { frechetDistance } from './frechet.js';
import type { Lenet } from './lenet.js';
import type { Measurement, Protocol } from './measurement.js';

export interface FldOptions {
  readonly lenet: Pick<Lenet, 'features' | 'hash'>;
  /** Digits [28, 28, 1] in [0, 1]; the tensors are disposed when they are read. */
  readonly real: Iterable<Examples> | AsyncIterable<Examples>;
  readonly generated: Iterable<Examples> | AsyncIterable<Examples>;
  /** What else has to be equal to compare: the split of the real ones, the seed of the draw. */
  readonly protocol: Protocol;
}

/**
 * Fréchet LeNet distance between generated and real digits: the Fréchet distance of the features of `lenet`. It is not FID, and neither
 * the numbers nor their scale can be compared with FIDs.
 *
 * @returns d² with its protocol: the hash of the network, both counts, and what is given
 * @throws GM_SHAPE, GM_NOT_FINITE as `featuresOf` and `frechetDistance`
 * @see frechetDistance
 * @example await fld({ lenet: await readLenet(), real: epochOf(test, { batchSize: 500 }), generated, protocol: { split: 'test', seed: 1 } })
 */
export async function fld({ lenet, real, generated, protocol }: FldOptions): Promise<Measurement> {
  const [a, b] = [await featuresOf(lenet.features, real), await featuresOf(lenet.features, generated)];
  return {
    value: frechetDistance(a, b),
    protocol: { metric: 'FLD', network: lenet.hash, real: a.count, generated: b.count, ...protocol },
  };
}
