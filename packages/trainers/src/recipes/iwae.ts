import {
  checkNumber,
  type Encoder,
  type Examples,
  type Likelihood,
  type Network,
  type Optimizer,
  type Prior,
} from '@gm/core';
import { bernoulli, importanceWeightedBound } from '@gm/losses';
import { add, concat, mean, neg, reshape, sub, tile } from '@tensorflow/tfjs-core';
import { classesFor, repeated, training } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { checkAutoencoder, trainedOf } from './vae.js';

/** What an importance-weighted autoencoder is made of. */
export interface IwaeParts {
  readonly encoder: Network & Encoder;
  readonly decoder: Network;
  readonly prior: Prior;
  /** How decoded numbers are read as a distribution over data. Default `bernoulli()`: a decoder that ends in logits. */
  readonly likelihood?: Likelihood;
  /** K, the draws of z for each x; a step costs as much as one of a VAE on K times the batch. Default 5. */
  readonly samples?: number;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
}

/**
 * Importance-weighted autoencoder: a game of one.
 *
 *   maximise L_K = E[log 1/K Σₖ wₖ],   wₖ = p(zₖ) p(x | zₖ) / q(zₖ | x),   zₖ ~ q(z | x)
 *
 * Reports `loss`, −L_K, and `negativeElbo`, the mean of −log wₖ, in nats per example.
 *
 * @throws GM_FIT when the parts do not fit each other; GM_OPTION when samples is no positive whole number
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, section 3, arXiv:1509.00519
 * @example trainer(iwae({ encoder, decoder, prior: standardNormal(50), samples: 5 }))
 */
export function iwae(parts: IwaeParts): Game<Examples> {
  const { encoder, decoder, prior, likelihood = bernoulli(), samples = 5, optimizer = adam() } = parts;
  checkNumber('iwae', 'samples', samples, { min: 1, integer: true });
  return {
    input: checkAutoencoder({ encoder, decoder, prior, likelihood }),
    ...classesFor(encoder, decoder),
    players: [
      {
        name: 'autoencoder',
        networks: { encoder, decoder, ...trainedOf(prior) },
        optimizer,
        loss(batch, _, { random }) {
          const { x } = batch;
          const options = training(batch, random);
          const posterior = encoder.encode(x, options);
          const draws = Array.from({ length: samples }, () => posterior.sample(random));
          const z = concat(draws); // [K · batch, …latent], draw after draw
          const copies = tile(x, [samples, ...x.shape.slice(1).map(() => 1)]);
          const logJoint = add(
            likelihood.logProb(copies, decoder.apply(z, repeated(options, samples))),
            prior.logProb(z),
          );
          const logPosterior = concat(draws.map((draw) => posterior.logProb(draw)));
          const logWeights = reshape(sub(logJoint, logPosterior), [samples, x.shape[0]!]);
          return { loss: neg(mean(importanceWeightedBound(logWeights))), negativeElbo: neg(mean(logWeights)) };
        },
      },
    ],
  };
}
