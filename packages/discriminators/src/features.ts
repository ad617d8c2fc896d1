import type { FeatureDiscriminator } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type BatchOptions, inBatches } from './inBatches.js';

/**
 * What a discriminator sees in examples, however many there are, outside training.
 *
 * @param discriminator  with features
 * @param x              shape [count, …example]
 * @param batch          how many examples are looked at at once, default 256
 * @param condition      the class of each, for a discriminator that has to be told
 * @returns shape [count, …features]
 * @throws GM_OPTION when `batch` is not a positive whole number; GM_SHAPE when there is no example
 * @see Radford, Metz & Chintala (2016), section 5, arXiv:1511.06434
 * @example features(adversary, images)  // [10000, 6272]
 */
export function features(
  discriminator: Pick<FeatureDiscriminator, 'features'>,
  x: Tensor,
  options: BatchOptions = {},
): Tensor {
  return inBatches('features', x, options, (part, told) => discriminator.features(part, told));
}
