import { checkNumber, type Network, type Prior, type Random, spec } from '@gm/core';
import { dense, type Initializer, normalInit } from '@gm/networks';
import { concat, eye, reshape, slice, zeros } from '@tensorflow/tfjs-core';
import { componentPrior } from './componentPrior.js';

/** A prior with parameters, which a recipe trains with the model. */
export interface TrainedPrior extends Prior {
  /** What is trained. It belongs to the prior's owner: dispose of it at the end. */
  readonly network: Network;
}

/** Options of `trainedMixture`. */
export interface TrainedMixtureOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** How many Gaussians. */
  readonly components: number;
  /** Where the first means are drawn from, N(0, 1). */
  readonly random: Random;
}

/**
 * A mixture of Gaussians as a prior that is trained with the model: codes gather where it suits the data.
 *
 *   p(z) = Σₖ πₖ N(z; μₖ, σₖ²),   μ, log σ² and log π free
 *
 * `vae` and `iwae` of @gm/trainers move it. Parameters: `kernel` [components, 2 · latent + 1], a row μₖ, log σₖ², log πₖ for each
 * component.
 *
 * @returns a prior with its `network`; log-probabilities in nats, [batch]
 * @throws GM_OPTION when a size or a count is not a positive whole number; GM_SHAPE for codes of another size; GM_RANDOM without a stream
 * @see Tomczak & Welling (2018), VAE with a VampPrior, section 3, whose baseline it is, arXiv:1705.07120; Dilokthanakul et al. (2016)
 * @example const prior = trainedMixture({ latent: 8, components: 10, random: seeded(1) })
 */
export function trainedMixture({ latent, components, random }: TrainedMixtureOptions): TrainedPrior {
  checkNumber('trainedMixture', 'latent', latent, { min: 1, integer: true });
  checkNumber('trainedMixture', 'components', components, { min: 1, integer: true });
  const network = dense({ units: 2 * latent + 1, bias: false, random, kernel: spread })(spec([components], [0, 1]));
  const prior = componentPrior('trainedMixture', latent, () => {
    const rows = network.apply(eye(components)); // [components, 2 · latent + 1]
    const part = (from: number, size: number) => slice(rows, [0, from], [components, size]);
    return {
      mean: part(0, latent),
      logVariance: part(latent, latent),
      logits: reshape(part(2 * latent, 1), [1, components]),
    };
  });
  return { ...prior, network };
}

/** Means from N(0, 1); variances of 1 and equal weights, whose logarithms are 0. */
const spread: Initializer = ([components, numbers], context) => {
  const latent = (numbers! - 1) / 2;
  return concat([normalInit(1)([components!, latent], context), zeros([components!, latent + 1])], 1);
};
