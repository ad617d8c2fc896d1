import {
  type AdversarialLoss,
  checkNumber,
  type Encoder,
  type Examples,
  type FeatureDiscriminator,
  type Network,
  type Optimizer,
  type Penalty,
  type Prior,
} from '@gm/core';
import { featureReconstruction, nonSaturating } from '@gm/losses';
import { add, concat, mean, mul, slice, type Tensor } from '@tensorflow/tfjs-core';
import { checkAdversaries, checkCodes, classesFor, dataSpec, repeated, training } from '../fit.js';
import type { Game } from '../game.js';
import { penaltiesOn } from '../penalties.js';
import { rateAt, type Schedule } from '../schedule.js';
import { dcganAdam, discriminatorPlayer } from './gan.js';
import { checkReach, divergenceOf, trainedOf } from './vae.js';

/** What a VAE-GAN is made of: the decoder of the VAE is the generator of the GAN. */
export interface VaeGanParts {
  readonly encoder: Network & Encoder;
  readonly generator: Network;
  readonly discriminator: Network & FeatureDiscriminator;
  readonly prior: Prior;
  /** Default `nonSaturating()`. */
  readonly loss?: AdversarialLoss;
  /** Added to the discriminator's loss; several are added up. Default none. */
  readonly penalty?: Penalty | readonly Penalty[];
  /** γ: weight of the feature reconstruction against fooling the discriminator, for the generator. Default 1e-2. */
  readonly reconstructionWeight?: number;
  /** Weight of the divergence for the encoder, or its warm-up. Default 1. */
  readonly beta?: number | Schedule;
  readonly optimizers?: {
    readonly encoder?: Optimizer;
    readonly generator?: Optimizer;
    readonly discriminator?: Optimizer;
  };
}

interface Draw {
  /** First the codes of x, then as many from the prior: [2 · batch, …latent]. */
  readonly z: Tensor;
  /** G(z), [2 · batch, …data]. */
  readonly generated: Tensor;
  readonly realFeatures: Tensor;
}

/**
 * Variational autoencoder with a learned similarity: a game of three, moved at the same point.
 *
 *   x̃ = G(z), z ~ q(z | x);   x_p = G(z_p), z_p ~ p(z);   f: the discriminator's features
 *   encoder        minimises KL(q ‖ p) + L_f,   L_f = −log N(f(x) | f(x̃), 1)
 *   generator      minimises γ L_f + ½ L_G(x̃) + ½ L_G(x_p)
 *   discriminator  minimises mean L_D(x, x̃ and x_p), which tells x from either, and the mean of the penalties
 *
 * Where the paper adds the losses of x̃ and x_p, their mean is taken, so that real and generated examples weigh the same. Penalties see x
 * twice, beside x̃ and beside x_p; their mean is reported as `penalty`.
 * The encoder draws its own z from the same posterior. Parts that need a condition are given the labels of the batch.
 *
 * @throws GM_FIT when the parts do not fit each other; GM_GRADIENT when there is a penalty and the discriminator cannot be
 *   differentiated twice; GM_OPTION when a weight is negative
 * @see Larsen, Sønderby, Larochelle & Winther (2016), Autoencoding beyond pixels using a learned similarity metric, algorithm 1, arXiv:1512.09300
 * @example trainer(vaeGan({ encoder, generator, discriminator, prior: standardNormal(32) }))
 */
export function vaeGan(parts: VaeGanParts): Game<Examples, Draw> {
  const {
    encoder,
    generator,
    discriminator,
    prior,
    loss = nonSaturating(),
    reconstructionWeight = 1e-2,
    beta = 1,
  } = parts;
  const { optimizers = {} } = parts;
  checkAdversaries({ generator, discriminator, prior, loss });
  checkNumber('vaeGan', 'reconstructionWeight', reconstructionWeight, { min: 0 });
  if (typeof beta === 'number') checkNumber('vaeGan', 'beta', beta, { min: 0 });
  checkCodes(encoder, prior);
  checkReach(prior);
  const seen = dataSpec(
    { name: 'generator', spec: generator.output },
    { name: 'discriminator', spec: discriminator.input },
  );
  const input = dataSpec({ name: 'encoder', spec: encoder.input }, { name: 'generator', spec: seen });
  const penalties = penaltiesOn(discriminator, parts.penalty);

  return {
    input,
    masks: true,
    ...classesFor(encoder, generator, discriminator),
    share(batch, { random }) {
      const { x } = batch;
      const options = training(batch, random);
      const posterior = encoder.encode(x, options);
      const z = concat([posterior.sample(random), prior.sample(x.shape[0]!, random)]); // [2 · batch, latent]
      return {
        z,
        generated: generator.apply(z, repeated(options, 2)),
        realFeatures: discriminator.features(x, options),
      };
    },
    players: [
      {
        name: 'encoder',
        networks: { encoder, ...trainedOf(prior) },
        optimizer: optimizers.encoder ?? dcganAdam(),
        loss(batch, { realFeatures }, { step, random }) {
          const options = training(batch, random);
          const posterior = encoder.encode(batch.x, options);
          const z = posterior.sample(random);
          const features = discriminator.features(generator.apply(z, options), options);
          const reconstruction = mean(featureReconstruction(realFeatures, features));
          const divergence = mean(divergenceOf(posterior, prior, z));
          return { loss: add(mul(betaAt(beta, step), divergence), reconstruction), divergence, reconstruction };
        },
      },
      {
        name: 'generator',
        networks: { generator },
        optimizer: optimizers.generator ?? dcganAdam(),
        loss(batch, { z, realFeatures }, { random }) {
          const options = training(batch, random);
          const twice = repeated(options, 2);
          const features = discriminator.features(generator.apply(z, twice), twice); // [2 · batch, …]
          const reconstructed = slice(features, 0, batch.x.shape[0]!);
          const reconstruction = mean(featureReconstruction(realFeatures, reconstructed));
          const realLogits = loss.paired ? discriminator.logitsOf(realFeatures, options) : undefined;
          const adversarial = mean(loss.generator(discriminator.logitsOf(features, twice), realLogits));
          return { loss: add(mul(reconstructionWeight, reconstruction), adversarial), adversarial };
        },
      },
      discriminatorPlayer({ discriminator, loss, penalties, optimizer: optimizers.discriminator }),
    ],
  };
}

/** The weight at a step, of a schedule too. @throws GM_OPTION when it is negative */
function betaAt(beta: number | Schedule, step: number): number {
  return checkNumber('vaeGan', 'beta', rateAt(beta, step), { min: 0 });
}
