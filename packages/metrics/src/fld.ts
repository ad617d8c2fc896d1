import type { Examples } from '@gm/core';
import { type FeatureRows, featuresOf } from './features.js';
import { frechetDistance } from './frechet.js';
import type { Lenet } from './lenet.js';
import { type Measurement, measured, type Protocol } from './measurement.js';

type Digits = Iterable<Examples> | AsyncIterable<Examples> | FeatureRows;

export interface FldOptions {
  readonly lenet: Pick<Lenet, 'features' | 'hash'>;
  /** Digits [28, 28, 1] in [0, 1], whose tensors are disposed when they are read, or what `featuresOf(lenet.features, digits)` gave. */
  readonly real: Digits;
  readonly generated: Digits;
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
  const sets = { real: await featuresIn(real, lenet), generated: await featuresIn(generated, lenet) };
  const FLD = frechetDistance(sets.real, sets.generated);
  return measured({ FLD }, { ...protocol, network: lenet.hash, ...sets }).FLD;
}

function featuresIn(digits: Digits, { features }: FldOptions['lenet']): FeatureRows | Promise<FeatureRows> {
  return 'values' in digits && digits.values instanceof Float32Array
    ? (digits as FeatureRows)
    : featuresOf(features, digits as Iterable<Examples>);
}
