import type { Layer, Likelihood, Network, Penalty, SeededRandom, Spec } from '@gm/core';
import {
  convClassifier,
  dcganDiscriminator,
  discriminator,
  type FeatureNetwork,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  resnetClassifier,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import { convDecoder, dcganGenerator, mlpDecoder } from '@gm/generators';
import {
  categoricalEncoder,
  convEncoder,
  type GaussianEncoder,
  mlpEncoder,
  standardNormal,
  trainedMixture,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import {
  bernoulli,
  dragan,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import {
  batchNorm,
  conv2d,
  conv2dTranspose,
  dense,
  type KernelNorm,
  leakyRelu,
  projection,
  relu,
  sequential,
  spectralNorm,
} from '@gm/networks';
import { wrongOption } from './complain.js';
import type { AutoencoderCode } from './composed.js';
import { recurrentEncoderOf, recurrentGeneratorOf, stepReader, stepsOf } from './recurrentParts.js';
import type { Settings } from './settings.js';

/** What the parts of a run are made for. */
export interface Surroundings {
  readonly settings: Settings;
  readonly example: Spec;
  readonly classes: number | undefined;
  /** Of parts that are told the class of each example; none where they are not. */
  readonly told: { readonly classes?: number };
  readonly random: SeededRandom;
}

const ENCODER: Readonly<Record<NonNullable<Settings['encoder']>, (surroundings: Surroundings) => GaussianEncoder>> = {
  mlp: ({ settings, example, told, random }) =>
    mlpEncoder({
      input: example,
      hidden: settings.hidden,
      latent: settings.latent!,
      activation: activationOf(settings),
      random,
      ...told,
    }),
  conv: ({ settings, example, told, random }) =>
    convEncoder({ input: images('encoder', example), latent: settings.latent!, random, ...told }),
  recurrent: recurrentEncoderOf,
};

const GENERATOR: Readonly<
  Record<NonNullable<Settings['generator']>, (surroundings: Surroundings, output: Spec) => Network>
> = {
  mlp: ({ settings, told, random }, output) =>
    mlpDecoder({
      latent: settings.latent!,
      hidden: settings.generatorHidden ?? [...settings.hidden].reverse(),
      output,
      activation: activationOf(settings),
      random,
      ...told,
    }),
  conv: ({ settings, told, random }, output) =>
    convDecoder({ latent: settings.latent!, output: images('generator', output), random, ...told }),
  dcgan: ({ settings, told, random }, output) =>
    dcganGenerator({ latent: settings.latent!, output: images('generator', output), random, ...told }),
  recurrent: recurrentGeneratorOf,
};

const DISCRIMINATOR: Readonly<
  Record<NonNullable<Settings['discriminator']>, (surroundings: Surroundings) => FeatureNetwork>
> = {
  mlp: ({ settings, example, told, random }) =>
    mlpDiscriminator({ input: example, hidden: settings.hidden, random, ...told, ...keptSmall(settings) }),
  conv: () => {
    throw wrongOption({
      where: '--discriminator',
      expected: 'mlp, dcgan, patch, resnet or recurrent, which tell real from generated',
      received: 'conv',
      remedy: 'conv is a classifier; choose dcgan for a convolutional discriminator.',
    });
  },
  dcgan: ({ settings, example, told, random }) =>
    dcganDiscriminator({
      input: images('discriminator', example),
      random,
      ...told,
      ...normUnder(settings),
      ...keptSmall(settings),
    }),
  patch: ({ settings, example, told, random }) =>
    patchDiscriminator({
      input: images('discriminator', example),
      random,
      ...told,
      ...normUnder(settings),
      ...keptSmall(settings),
    }),
  resnet: ({ settings, example, told, random }) =>
    resnetDiscriminator({ input: images('discriminator', example), random, ...told, ...keptSmall(settings) }),
  recurrent: (surroundings) => {
    const { settings, random, told } = surroundings;
    if (settings.spectralNorm) throw noSpectralNorm();
    const head = told.classes ? projection({ classes: told.classes, random }) : dense({ units: 1, random });
    return discriminator({ body: stepReader(surroundings), head });
  },
};

const CLASSIFIER: Readonly<
  Record<NonNullable<Settings['discriminator']>, (surroundings: Surroundings, classes: number) => FeatureNetwork>
> = {
  mlp: ({ settings, example, random }, classes) =>
    mlpClassifier({ input: example, hidden: settings.hidden, classes, random }),
  conv: ({ example, random }, classes) => convClassifier({ input: images('discriminator', example), classes, random }),
  dcgan: ({ settings, example, random }, classes) =>
    withHead(dcganDiscriminator({ input: images('discriminator', example), random, ...normUnder(settings) }), {
      classes,
      random: random.split('head'),
    }),
  patch: () => {
    throw wrongOption({
      where: '--discriminator',
      expected: 'mlp, conv, dcgan, resnet or recurrent, which tell classes',
      received: 'patch',
      remedy: 'patch tells real from generated; choose resnet for a convolutional classifier.',
    });
  },
  resnet: ({ settings, example, random }, classes) =>
    resnetClassifier({
      input: images('discriminator', example),
      classes,
      norm: batchNorm,
      random,
      ...normUnder(settings),
    }),
  recurrent: (surroundings, classes) =>
    discriminator({ body: stepReader(surroundings), head: dense({ units: classes, random: surroundings.random }) }),
};

const LIKELIHOOD = {
  bernoulli: () => bernoulli(),
  gaussian: (scale: number) => gaussianLikelihood({ scale }),
} as const;

const ADVERSARIAL = {
  minimax,
  'non-saturating': nonSaturating,
  'least-squares': leastSquares,
  wasserstein,
  hinge,
  relativistic,
} as const;

const PENALTY: Readonly<Record<NonNullable<Settings['penalty']>, (weight: number) => readonly Penalty[]>> = {
  none: () => [],
  gradient: (weight) => [gradientPenalty({ weight })],
  dragan: (weight) => [dragan({ weight })],
  r1: (gamma) => [r1({ gamma })],
  'r1-r2': (gamma) => [r1({ gamma }), r2({ gamma })],
};

// Each part draws its first weights from a stream of its own, so that one choice does not change the other parts.
export function encoderOf(surroundings: Surroundings): GaussianEncoder {
  return ENCODER[surroundings.settings.encoder!]({ ...surroundings, random: surroundings.random.split('encoder') });
}

export function generatorOf(surroundings: Surroundings, output: Spec): Network {
  return GENERATOR[surroundings.settings.generator!](
    { ...surroundings, random: surroundings.random.split('generator') },
    output,
  );
}

export function discriminatorOf(surroundings: Surroundings): FeatureNetwork {
  const random = surroundings.random.split('discriminator');
  return DISCRIMINATOR[surroundings.settings.discriminator!]({ ...surroundings, random });
}

export function classifierOf(surroundings: Surroundings, classes: number): FeatureNetwork {
  const random = surroundings.random.split('classifier');
  return CLASSIFIER[surroundings.settings.discriminator!]({ ...surroundings, random }, classes);
}

/** Encoder and decoder of a VQ-VAE: images become a quarter of their size, and each place a vector. */
export function quantisedOf({ settings, example, random }: Surroundings): { encoder: Network; decoder: Network } {
  const [latent, own] = [settings.latent!, random.split('quantised')];
  if (example.shape.length === 1) {
    const units = settings.hidden[0]!;
    const perceptron = (input: Spec, out: number) =>
      sequential(input, dense({ units, random: own }), relu(), dense({ units: out, random: own }));
    const encoder = perceptron(example, latent);
    return { encoder, decoder: perceptron(encoder.output, example.shape[0]!) };
  }
  const halve = (filters: number) => conv2d({ filters, kernelSize: 4, strides: 2, random: own });
  const double = (filters: number) => conv2dTranspose({ filters, kernelSize: 4, strides: 2, random: own });
  const channels = images('encoder', example).shape[2]!;
  const project = conv2d({ filters: latent, kernelSize: 1, random: own });
  const encoder = sequential(example, halve(32), relu(), halve(64), relu(), project);
  return { encoder, decoder: sequential(encoder.output, double(64), relu(), double(channels)) };
}

/** Encoder and prior of an autoencoder. */
export function codeOf(surroundings: Surroundings): AutoencoderCode {
  const { settings, random } = surroundings;
  const { prior = 'normal', conditional } = settings; // runs of earlier versions do not say
  if (prior === 'categorical') return categoricalCodeOf(surroundings);
  const [latent, components] = [settings.latent!, settings.components!];
  const [encoder, own] = [encoderOf(surroundings), random.split('prior')];
  if (prior === 'normal') return { encoder, prior: standardNormal(latent) };
  if (prior === 'mixture') return { encoder, prior: trainedMixture({ latent, components, random: own }) };
  if (conditional) throw notTold('vamp, whose pseudo-inputs have no class');
  return { encoder, prior: vampPrior({ encoder, components, random: own }) };
}

/** A network with logits of that many classes is one with logits of that many categories. */
function categoricalCodeOf(surroundings: Surroundings): AutoencoderCode {
  const { settings, example, random } = surroundings;
  if (settings.conditional) throw notTold('categorical, whose encoders are told no class');
  if (settings.encoder === 'conv') images('encoder', example);
  if (settings.encoder === 'recurrent') stepsOf('encoder', example);
  const sizes = { variables: settings.latent!, categories: settings.categories! };
  const logits = CLASSIFIER[settings.encoder!](
    { ...surroundings, random: random.split('encoder') },
    sizes.variables * sizes.categories,
  );
  return { encoder: categoricalEncoder(logits, sizes), prior: uniformCategorical(sizes) };
}

function notTold(received: string) {
  return wrongOption({
    where: '--prior',
    expected: 'normal or mixture beside --conditional',
    received,
    remedy: 'Leave out one of the two.',
  });
}

/** Batch norm would mix the examples that a penalty wants apart, and undo the scale that a spectral norm gives. */
function normUnder({ penalty = 'none', spectralNorm: spectral = false }: Settings): { readonly norm?: 'none' } {
  return penalty === 'none' && !spectral ? {} : { norm: 'none' };
}

function keptSmall({ spectralNorm: spectral = false }: Settings): { readonly kernelNorm?: KernelNorm } {
  return spectral ? { kernelNorm: spectralNorm() } : {};
}

function noSpectralNorm() {
  return wrongOption({
    where: '--spectral-norm',
    expected: '--discriminator mlp, dcgan, patch or resnet beside it',
    received: '--discriminator recurrent, whose cells have none',
    remedy: 'Leave out one of the two, or take a --penalty.',
  });
}

export function likelihoodOf({ loss, scale }: Settings): Likelihood {
  return LIKELIHOOD[loss as keyof typeof LIKELIHOOD](scale!);
}

export function penaltyOf({ penalty = 'none', penaltyWeight = 10 }: Settings): readonly Penalty[] {
  return PENALTY[penalty](penaltyWeight);
}

export function adversarialOf({ loss }: Settings) {
  return ADVERSARIAL[loss as keyof typeof ADVERSARIAL]();
}

/** Leaky where a discriminator's gradients have to come through, after Radford et al. (2016), section 3. */
function activationOf({ kind }: Settings): () => Layer {
  return kind === 'vae' || kind === 'iwae' || kind === 'adversarial-autoencoder' ? relu : leakyRelu;
}

function images(role: string, example: Spec): Spec {
  const { length } = example.shape;
  if (length === 3) return example;
  throw wrongOption({
    where: `--${role}`,
    expected: length === 1 ? 'a part for points in the plane: mlp' : 'a part for sequences: mlp or recurrent',
    received: 'one that needs images',
    remedy: `Choose --${role} ${length === 1 ? 'mlp' : 'recurrent'}, or data with images.`,
  });
}
