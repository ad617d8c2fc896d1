import { type CategoricalPosterior, type GaussianPosterior, spec } from '@gm/core';
import { mlpDiscriminator } from '@gm/discriminators';
import { fromDecoder } from '@gm/generators';
import { codebook, standardNormal } from '@gm/latent';
import { adam, adversarialAutoencoder, iwae, vae, vaeGan, vqVae } from '@gm/trainers';
import { reshape, softmax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { codeOf } from './codes.js';
import type { Composition } from './composed.js';
import { discriminatorOf } from './discriminators.js';
import { checkLikelihood } from './fit.js';
import { adversarialOf, likelihoodOf, penaltyOf } from './losses.js';
import { ganAdam, rateOf, rivalOf } from './optimizers.js';
import { encoderOf, generatorOf, quantisedOf, type Surroundings } from './parts.js';

/** Encoder and decoder under a likelihood, and how they give examples back. */
function autoencoderOf(surroundings: Surroundings) {
  const { settings, example } = surroundings;
  const likelihood = likelihoodOf(settings);
  checkLikelihood(surroundings, likelihood);
  const { encoder, prior } = codeOf(surroundings);
  const coded = { ...surroundings, settings: { ...settings, latent: encoder.latent } };
  const decoder = generatorOf(coded, spec(example.shape, likelihood.prediction));
  // What is told apart from x would have to be told here too.
  const reconstruct = !settings.conditional && {
    reconstruct: (x: Tensor) => tidy(() => likelihood.mean(decoder.apply(meanOf(encoder.encode(x))))),
  };
  return { encoder, decoder, prior, likelihood, reconstruct };
}

/** The mean code; of categorical ones the probabilities. */
export function meanOf(posterior: GaussianPosterior | CategoricalPosterior): Tensor {
  if ('mean' in posterior) return posterior.mean;
  const { logits } = posterior;
  const [batch, variables, categories] = logits.shape as [number, number, number];
  return reshape(softmax(logits), [batch, variables * categories]);
}

export function composeVae(surroundings: Surroundings): Composition {
  const { settings } = surroundings;
  const { encoder, decoder, prior, likelihood, reconstruct } = autoencoderOf(surroundings);
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game:
      settings.kind === 'iwae'
        ? iwae({ encoder, decoder, prior, likelihood, samples: settings.samples!, optimizer })
        : vae({
            encoder,
            decoder,
            prior,
            likelihood,
            beta: settings.beta!,
            freeBits: settings.freeBits ?? 0,
            optimizer,
          }),
    networks: { encoder, decoder, ...(prior.network && { prior: prior.network }) },
    generator: fromDecoder(decoder, prior, { likelihood }),
    ...reconstruct,
    autoencoder: { encoder, decoder, prior, likelihood },
  };
}

export function composeVaeGan(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const encoder = encoderOf(surroundings);
  const generator = generatorOf(surroundings, example);
  const discriminator = discriminatorOf(surroundings);
  const prior = standardNormal(settings.latent!);
  const optimizers = {
    encoder: ganAdam(settings),
    generator: ganAdam(settings),
    discriminator: ganAdam(rivalOf(settings)),
  };
  const { beta, reconstruction } = settings;
  return {
    game: vaeGan({
      encoder,
      generator,
      discriminator,
      prior,
      loss: adversarialOf(settings),
      penalty: penaltyOf(settings),
      reconstructionWeight: reconstruction!,
      beta: beta!,
      optimizers,
    }),
    networks: { encoder, generator, discriminator },
    generator: fromDecoder(generator, prior),
    ...(!settings.conditional && {
      reconstruct: (x: Tensor) => tidy(() => generator.apply(encoder.encode(x).mean)),
    }),
  };
}

export function composeAdversarialAutoencoder(surroundings: Surroundings): Composition {
  const { settings, random } = surroundings;
  const { encoder, decoder, prior, likelihood, reconstruct } = autoencoderOf(surroundings);
  const discriminator = mlpDiscriminator({
    input: spec(prior.shape),
    hidden: settings.hidden,
    random: random.split('discriminator'),
  });
  const optimizers = {
    autoencoder: adam({ learningRate: rateOf(settings) }),
    discriminator: adam({ learningRate: rateOf(rivalOf(settings)) }),
  };
  return {
    game: adversarialAutoencoder({
      encoder,
      decoder,
      discriminator,
      prior,
      likelihood,
      penalty: penaltyOf(settings),
      optimizers,
    }),
    networks: { encoder, decoder, discriminator },
    generator: fromDecoder(decoder, prior, { likelihood }),
    ...reconstruct,
  };
}

/** It draws nothing: that takes a prior over its codes, to be learned of them afterwards. */
export function composeVqVae(surroundings: Surroundings): Composition {
  const { settings, random } = surroundings;
  const likelihood = likelihoodOf(settings);
  checkLikelihood(surroundings, likelihood);
  const { encoder, decoder } = quantisedOf(surroundings);
  const book = codebook({ input: encoder.output, size: settings.codes!, random: random.split('codebook') });
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game: vqVae({ encoder, codebook: book, decoder, likelihood, optimizer }),
    networks: { encoder, codebook: book, decoder },
    reconstruct: (x: Tensor) => tidy(() => likelihood.mean(decoder.apply(book.apply(encoder.apply(x))))),
  };
}
