import {
  type AdversarialLoss,
  checkFits,
  checkNumber,
  type Discriminator,
  type Encoder,
  type Examples,
  type Likelihood,
  type Network,
  type Optimizer,
  type Penalty,
  type Prior,
} from '@gm/core';
import { bernoulli, nonSaturating } from '@gm/losses';
import { add, mean, mul, neg, type Tensor } from '@tensorflow/tfjs-core';
import { checkSettled, checkUntold, classesFor, priorSpec, training } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { penaltiesOn } from '../penalties.js';
import { discriminatorPlayer } from './gan.js';
import { checkReading } from './vae.js';

/** What an adversarial autoencoder is made of. */
export interface AdversarialAutoencoderParts {
  readonly encoder: Network & Encoder;
  readonly decoder: Network;
  /** Tells codes of the prior from codes of examples. */
  readonly discriminator: Network & Discriminator;
  /** Any that can be sampled and stays as it is: its density is not asked for, so that nothing would move its parameters. */
  readonly prior: Prior;
  /** How decoded numbers are read as a distribution over data. Default `bernoulli()`: a decoder that ends in logits. */
  readonly likelihood?: Likelihood;
  /** Default `nonSaturating()`. */
  readonly loss?: AdversarialLoss;
  /** Added to the discriminator's loss, z_p real and z generated; several are added up. Default none. */
  readonly penalty?: Penalty | readonly Penalty[];
  /** What fooling the discriminator weighs against reconstruction, in nats. Default 1. */
  readonly adversarialWeight?: number;
  /** Default Adam. */
  readonly optimizers?: { readonly autoencoder?: Optimizer; readonly discriminator?: Optimizer };
}

interface Draw {
  /** Codes of the examples, [batch, …latent]. */
  readonly generated: Tensor;
  /** As many from the prior. */
  readonly wanted: Tensor;
}

/**
 * Adversarial autoencoder: a game of two. Where a VAE has the divergence in closed form, a discriminator of codes keeps them where the prior is,
 * so that the prior may be anything that can be sampled.
 *
 *   z ~ q(z | x),   z_p ~ p(z)
 *   autoencoder    minimises −log p(x | z) + w · loss.generator(D(z))
 *   discriminator  minimises loss.discriminator(D(z_p), D(z)), which tells z_p ("real") from z, and the penalties on codes
 *
 * The paper moves the encoder twice in a step, once for either term; here it moves once, along both. Reports both losses, `reconstruction`
 * and `adversarial`, what the discriminator thinks as `gan` does, and the mean `penalty` where there is one.
 *
 * @throws GM_FIT when the parts do not fit each other, or the prior is one that is trained; GM_GRADIENT when there is a penalty and the
 *   discriminator cannot be differentiated twice; GM_OPTION when the weight is negative
 * @see Makhzani et al. (2016), Adversarial Autoencoders, section 2, arXiv:1511.05644
 * @example trainer(adversarialAutoencoder({ encoder, decoder, discriminator, prior: gaussianMixture({ means, scales: 0.5 }) }))
 */
export function adversarialAutoencoder(parts: AdversarialAutoencoderParts): Game<Examples, Draw> {
  const { encoder, decoder, discriminator, prior, likelihood = bernoulli(), loss = nonSaturating() } = parts;
  const { adversarialWeight = 1, optimizers = {} } = parts;
  checkNumber('adversarialAutoencoder', 'adversarialWeight', adversarialWeight, { min: 0 });
  checkSettled('adversarialAutoencoder', prior);
  const codes = priorSpec(prior);
  checkUntold('adversarialAutoencoder', { discriminator });
  checkFits({ name: 'prior', spec: codes }, { name: 'discriminator', spec: discriminator.input });
  const { output } = discriminator;
  checkFits(
    { name: 'discriminator', spec: output },
    { name: 'loss', spec: { ...output, shape: [], range: loss.prediction ?? output.range } },
  );
  const input = checkReading({ encoder, decoder, prior, likelihood });
  const penalties = penaltiesOn(discriminator, parts.penalty);
  const judge = discriminatorPlayer({
    discriminator,
    loss,
    penalties,
    optimizer: optimizers.discriminator ?? adam(),
  });
  return {
    input,
    ...classesFor(encoder, decoder),
    share(batch, { random }) {
      const posterior = encoder.encode(batch.x, training(batch, random));
      return { generated: posterior.sample(random), wanted: prior.sample(batch.x.shape[0]!, random) };
    },
    players: [
      {
        name: 'autoencoder',
        networks: { encoder, decoder },
        optimizer: optimizers.autoencoder ?? adam(),
        loss(batch, { wanted }, { random }) {
          const options = training(batch, random);
          const z = encoder.encode(batch.x, options).sample(random);
          const reconstruction = neg(mean(likelihood.logProb(batch.x, decoder.apply(z, options))));
          const realLogits = loss.paired ? discriminator.logits(wanted, options) : undefined;
          const adversarial = mean(loss.generator(discriminator.logits(z, options), realLogits));
          return { loss: add(reconstruction, mul(adversarialWeight, adversarial)), reconstruction, adversarial };
        },
      },
      { ...judge, loss: (_, shared, turn) => judge.loss({ x: shared.wanted }, shared, turn) },
    ],
  };
}
