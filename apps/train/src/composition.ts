import {
  type Encoder,
  type GaussianPosterior,
  type Generator,
  type Likelihood,
  type Network,
  type Prior,
  type Recurrent,
  rangeRemedy,
  type Spec,
  seeded,
  showRange,
  spec,
} from '@gm/core';
import { type FeatureNetwork, mlpDiscriminator, withHead } from '@gm/discriminators';
import { fromDecoder, recurrentGenerator } from '@gm/generators';
import { codebook, standardNormal, uniform } from '@gm/latent';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  clipped,
  cosine,
  type Game,
  gan,
  iwae,
  languageModel,
  semiSupervisedGan,
  vae,
  vaeGan,
  vqVae,
} from '@gm/trainers';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { wrongOption } from './complain.js';
import {
  adversarialOf,
  classifierOf,
  discriminatorOf,
  encoderOf,
  generatorOf,
  likelihoodOf,
  penaltyOf,
  priorOf,
  quantisedOf,
  type Surroundings,
} from './parts.js';
import type { Settings } from './settings.js';

/** What has to be known of data to make parts for it. */
export interface Examined {
  readonly example: Spec;
  readonly classes?: number | undefined;
}

/** A model with all that can be done with it. Which abilities there are depends on the kind. */
export interface Composition {
  // biome-ignore lint/suspicious/noExplicitAny: a game of any kind; its batches are checked when training starts
  readonly game: Game<any, any>;
  readonly networks: Readonly<Record<string, Network>>;
  /** Draws new examples. */
  readonly generator?: Generator;
  /** Gives examples back from their codes. */
  reconstruct?(x: Tensor): Tensor;
  /** What the evidence lower bound of a VAE needs. */
  readonly autoencoder?: {
    readonly encoder: Network & Encoder<GaussianPosterior>;
    readonly decoder: Network;
    readonly prior: Prior;
    readonly likelihood: Likelihood;
  };
  readonly classifier?: FeatureNetwork;
  /** Says one symbol after the other. */
  readonly speaker?: Recurrent;
}

const KIND: Readonly<Record<Settings['kind'], (surroundings: Surroundings) => Composition>> = {
  vae: composeVae,
  iwae: composeVae,
  gan: composeGan,
  lsgan: composeGan,
  'wgan-gp': composeGan,
  r3gan: composeGan,
  acgan: composeAuxiliaryGan,
  'vae-gan': composeVaeGan,
  'adversarial-autoencoder': composeAdversarialAutoencoder,
  'vq-vae': composeVqVae,
  'semi-supervised': composeSemiSupervised,
  classifier: composeClassifier,
  'language-model': composeLanguageModel,
};

/**
 * Makes the parts that the settings name and the game they play; the same settings give the same weights.
 *
 * @throws GM_OPTION, GM_FIT, GM_RANGE, GM_SHAPE when the parts cannot work together or not on such data
 */
export function compose(settings: Settings, { example, classes }: Examined): Composition {
  checkText(settings, example);
  const random = seeded(settings.seed).split('weights');
  const told = settings.conditional ? { classes: labelled(settings, classes) } : {};
  return KIND[settings.kind]({ settings, example, classes, told, random });
}

function composeVae(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const likelihood = likelihoodOf(settings);
  checkLikelihood(surroundings, likelihood);
  const encoder = encoderOf(surroundings);
  const decoder = generatorOf(surroundings, spec(example.shape, likelihood.prediction));
  const prior = priorOf(surroundings, encoder);
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game:
      settings.kind === 'iwae'
        ? iwae({ encoder, decoder, prior, likelihood, samples: settings.samples!, optimizer })
        : vae({ encoder, decoder, prior, likelihood, beta: settings.beta!, optimizer }),
    networks: { encoder, decoder, ...(prior.network && { prior: prior.network }) },
    generator: fromDecoder(decoder, prior, { likelihood }),
    // What is told apart from x would have to be told here too.
    ...(!settings.conditional && {
      reconstruct: (x: Tensor) => tidy(() => likelihood.mean(decoder.apply(encoder.encode(x).mean))),
    }),
    autoencoder: { encoder, decoder, prior, likelihood },
  };
}

function composeGan(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const generator = generatorOf(surroundings, example);
  const discriminator = discriminatorOf(surroundings);
  const prior = standardNormal(settings.latent!);
  const { discriminatorSteps, clip } = settings;
  const rival = ganAdam(rivalOf(settings));
  const optimizers = {
    generator: ganAdam(settings),
    discriminator: clip === undefined ? rival : clipped(rival, clip),
  };
  return {
    game: gan({
      generator,
      discriminator,
      prior,
      loss: adversarialOf(settings),
      penalty: penaltyOf(settings),
      discriminatorSteps: discriminatorSteps!,
      optimizers,
    }),
    networks: { generator, discriminator },
    generator: fromDecoder(generator, prior),
  };
}

function composeAuxiliaryGan(surroundings: Surroundings): Composition {
  const { settings, example, random } = surroundings;
  const classes = labelled(settings, surroundings.classes);
  const generator = generatorOf({ ...surroundings, told: { classes } }, example);
  const discriminator = discriminatorOf(surroundings);
  const { head: classHead } = withHead(discriminator, { classes, random: random.split('classes') });
  const prior = standardNormal(settings.latent!);
  const optimizers = { generator: ganAdam(settings), discriminator: ganAdam(rivalOf(settings)) };
  const loss = adversarialOf(settings);
  return {
    game: auxiliaryClassifierGan({ generator, discriminator, classHead, prior, loss, optimizers }),
    networks: { generator, discriminator, classHead },
    generator: fromDecoder(generator, prior),
  };
}

function composeVaeGan(surroundings: Surroundings): Composition {
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

function composeClassifier(surroundings: Surroundings): Composition {
  const { settings } = surroundings;
  const network = classifierOf(surroundings, labelled(settings, surroundings.classes));
  return {
    game: classifier({ network, optimizer: adam({ learningRate: rateOf(settings) }) }),
    networks: { classifier: network },
    classifier: network,
  };
}

function composeLanguageModel({ settings, classes, random }: Surroundings): Composition {
  const { time, cell, dropout, hidden, batch } = settings;
  const generator = recurrentGenerator({
    vocabulary: classes!,
    time: time!,
    cell: cell!,
    dropout: dropout!,
    hidden,
    random: random.split('generator'),
  });
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game: languageModel({ generator, batchSize: batch, optimizer }),
    networks: { generator },
    speaker: generator,
  };
}

function composeAdversarialAutoencoder(surroundings: Surroundings): Composition {
  const { settings, example, random } = surroundings;
  const likelihood = likelihoodOf(settings);
  checkLikelihood(surroundings, likelihood);
  const encoder = encoderOf(surroundings);
  const decoder = generatorOf(surroundings, spec(example.shape, likelihood.prediction));
  const prior = standardNormal(settings.latent!);
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
    game: adversarialAutoencoder({ encoder, decoder, discriminator, prior, likelihood, optimizers }),
    networks: { encoder, decoder, discriminator },
    generator: fromDecoder(decoder, prior, { likelihood }),
    ...(!settings.conditional && {
      reconstruct: (x: Tensor) => tidy(() => likelihood.mean(decoder.apply(encoder.encode(x).mean))),
    }),
  };
}

/** It draws nothing: that takes a prior over its codes, to be learned of them afterwards. */
function composeVqVae(surroundings: Surroundings): Composition {
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

function composeSemiSupervised(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const classes = labelled(settings, surroundings.classes);
  checkFew(settings, classes);
  const generator = generatorOf(surroundings, example);
  const discriminator = classifierOf(surroundings, classes);
  const prior = uniform(settings.latent!);
  const optimizers = { generator: ganAdam(settings), discriminator: ganAdam(rivalOf(settings)) };
  return {
    game: semiSupervisedGan({ generator, discriminator, prior, optimizers }),
    networks: { generator, discriminator },
    generator: fromDecoder(generator, prior),
    classifier: discriminator,
  };
}

/** As many labels of each class. */
function checkFew({ labels, data }: Settings, classes: number): void {
  if (labels! % classes === 0) return;
  throw wrongOption({
    where: `--labels on --data ${data}`,
    expected: `a multiple of its ${classes} classes, of which each gets as many`,
    received: `${labels}`,
    remedy: `Say --labels ${Math.max(1, Math.round(labels! / classes)) * classes}.`,
  });
}

/** β₁ = 0.5: Radford et al. (2016), section 4; 0 and β₂ = 0.9 under a penalty: Gulrajani et al. (2017), algorithm 1. */
function ganAdam(settings: Settings) {
  const betas = (settings.penalty ?? 'none') === 'none' ? { beta1: 0.5 } : { beta1: 0, beta2: 0.9 };
  return adam({ learningRate: rateOf(settings), ...betas });
}

/** The settings as the discriminator's optimizer sees them. */
function rivalOf(settings: Settings): Settings {
  return { ...settings, learningRate: settings.discriminatorLearningRate ?? settings.learningRate };
}

function rateOf({ learningRate, decay }: Settings) {
  return decay === undefined ? learningRate : cosine({ from: learningRate, to: learningRate / 20, steps: decay });
}

function checkLikelihood({ settings, example }: Surroundings, { target }: Likelihood): void {
  const isToy = example.shape.length === 1;
  if (rangeRemedy(example.range, target) === undefined) return;
  throw wrongOption({
    where: `--loss ${settings.loss} on --data ${settings.data}`,
    expected: `numbers in ${showRange(target)}`,
    received: showRange(example.range),
    remedy: isToy ? 'Choose --loss gaussian.' : 'Choose --pixels unit, or --loss gaussian.',
  });
}

/** A language model reads text, and nothing else does. */
function checkText({ kind, data }: Settings, { dtype }: Spec): void {
  const [speaks, isText] = [kind === 'language-model', dtype === 'int32'];
  if (speaks === isText) return;
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: speaks ? '--data text:<file>' : 'images or points',
    received: `--data ${data}`,
    remedy: speaks ? 'Name a text file in UTF-8.' : 'Choose other data, or train a language-model.',
  });
}

/** How many classes the data have. @throws GM_OPTION when they have none */
function labelled({ kind, data }: Settings, classes: number | undefined): number {
  if (classes !== undefined) return classes;
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: 'data with labels',
    received: `${data}, which has none`,
    remedy:
      'Choose data with labels (mnist, fashion:<dir>, idx:<dir> with label files), or train a vae or gan without --conditional.',
  });
}
