import { type Generator, seeded } from '@gm/core';
import { binarize, type Dataset, epochOf } from '@gm/data';
import { fromDecoder } from '@gm/generators';
import { fitGaussianMixture } from '@gm/latent';
import { featuresOf } from '@gm/metrics';
import type { Tensor } from '@tensorflow/tfjs-core';
import { meanOf } from './autoencoders.js';
import { wrongOption } from './complain.js';
import type { Composition } from './composed.js';
import type { Run } from './runFolder.js';

/** How many examples a mixture is fitted to. */
const EXAMPLES = 10_000;

interface Fit {
  readonly components: number;
  readonly seed: number;
  /** Whether the encoder was trained on drawn zeros and ones. */
  readonly binarize?: boolean | undefined;
}

/**
 * The decoder of an autoencoder with another sampler: a mixture fitted to where the encoder puts the training data (Ghosh et al. 2020,
 * section 4).
 */
export async function fittedGenerator(
  { encoder, decoder, likelihood }: NonNullable<Composition['autoencoder']>,
  training: Dataset,
  { components, seed, binarize: binary }: Fit,
): Promise<Generator> {
  const random = seeded(seed).split('mixture');
  const drawn = binary && { transform: binarize, random: random.split('bits') };
  const means = { apply: (x: Tensor) => meanOf(encoder.encode(x)) };
  const codes = await featuresOf(means, epochOf(spread(training, EXAMPLES), { batchSize: 500, ...drawn }));
  const prior = fitGaussianMixture(codes, { components, covariance: 'full', random });
  return fromDecoder(decoder, prior, { likelihood });
}

/** So many examples from all over the data. */
function spread(dataset: Dataset, most: number): Dataset {
  const apart = Math.max(1, dataset.count / most);
  return {
    ...dataset,
    count: Math.min(most, dataset.count),
    at: (places) => dataset.at(Array.from(places, (place) => Math.floor(place * apart))),
  };
}

/** @throws GM_OPTION for another kind, or where codes are categories or parts are told classes */
export function checkFittable({ kind, prior = 'normal', conditional }: Run['settings']): void {
  if ((kind === 'vae' || kind === 'iwae') && !conditional && prior !== 'categorical') return;
  const told = conditional ? ' that is told classes' : '';
  throw wrongOption({
    where: 'gm sample --mixture',
    expected: 'a vae or an iwae with Gaussian codes and without --conditional',
    received: `a ${kind}${prior === 'categorical' ? ' of categories' : told}`,
    remedy: 'Leave it out: samples are then of the prior.',
  });
}
