import { type Generator, seeded } from '@gm/core';
import { type Dataset, epochOf } from '@gm/data';
import { fromDecoder } from '@gm/generators';
import { fitGaussianMixture } from '@gm/latent';
import { featuresOf } from '@gm/metrics';
import type { Tensor } from '@tensorflow/tfjs-core';
import { meanOf } from './autoencoders.js';
import { wrongOption } from './complain.js';
import type { Composition } from './composed.js';
import { atMost } from './datasets.js';
import type { Run } from './runFolder.js';

/** How many examples a mixture is fitted to. */
const EXAMPLES = 10_000;

interface Fit {
  readonly components: number;
  readonly seed: number;
}

/**
 * The decoder of an autoencoder with another sampler: a mixture fitted to where the encoder puts the training data (Ghosh et al. 2020,
 * section 4).
 */
export async function fittedGenerator(
  { encoder, decoder, likelihood }: NonNullable<Composition['autoencoder']>,
  training: Dataset,
  { components, seed }: Fit,
): Promise<Generator> {
  const means = { apply: (x: Tensor) => meanOf(encoder.encode(x)) };
  const codes = await featuresOf(means, epochOf(atMost(training, EXAMPLES), { batchSize: 500 }));
  const random = seeded(seed).split('mixture');
  const prior = fitGaussianMixture(codes, { components, covariance: 'full', random });
  return fromDecoder(decoder, prior, { likelihood });
}

/** @throws GM_OPTION when there is no encoder to Gaussian codes, or it is told classes */
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
