import type { Layer, Likelihood, Network, Penalty, Prior, SeededRandom, Spec } from '@gm/core';
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
import { convEncoder, type GaussianEncoder, mlpEncoder, standardNormal, trainedMixture, vampPrior } from '@gm/latent';
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
  leakyRelu,
  projection,
  relu,
  reshape,
  sequenceReader,
  sequential,
} from '@gm/networks';
import { wrongOption } from './complain.js';
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

const ENCODER: Readonly<Record<'mlp' | 'conv', (surroundings: Surroundings) => GaussianEncoder>> = {
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
};

const GENERATOR: Readonly<Record<'mlp' | 'conv' | 'dcgan', (surroundings: Surroundings, output: Spec) => Network>> = {
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
};

const DISCRIMINATOR: Readonly<
  Record<NonNullable<Settings['discriminator']>, (surroundings: Surroundings) => FeatureNetwork>
> = {
  mlp: ({ settings, example, told, random }) =>
    mlpDiscriminator({ input: example, hidden: settings.hidden, random, ...told }),
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
    }),
  patch: ({ settings, example, told, random }) =>
    patchDiscriminator({
      input: images('discriminator', example),
      random,
      ...told,
      ...normUnder(settings),
    }),
  resnet: ({ example, told, random }) =>
    resnetDiscriminator({ input: images('discriminator', example), random, ...told }),
  recurrent: (surroundings) => {
    const { random, told } = surroundings;
    const head = told.classes ? projection({ classes: told.classes, random }) : dense({ units: 1, random });
    return discriminator({ body: rowReader(surroundings), head });
  },
};

const CLASSIFIER: Readonly<
  Record<NonNullable<Settings['discriminator']>, (surroundings: Surroundings, classes: number) => FeatureNetwork>
> = {
  mlp: ({ settings, example, random }, classes) =>
    mlpClassifier({ input: example, hidden: settings.hidden, classes, random }),
  conv: ({ example, random }, classes) => convClassifier({ input: images('discriminator', example), classes, random }),
  dcgan: ({ example, random }, classes) =>
    withHead(dcganDiscriminator({ input: images('discriminator', example), random }), {
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
  resnet: ({ example, random }, classes) =>
    resnetClassifier({ input: images('discriminator', example), classes, norm: batchNorm, random }),
  recurrent: (surroundings, classes) =>
    discriminator({ body: rowReader(surroundings), head: dense({ units: classes, random: surroundings.random }) }),
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

/** Reads an image row after row from the top, each a step of a sequence. */
function rowReader({ settings, example, random }: Surroundings): Network {
  const [height, width, channels] = images('discriminator', example).shape as [number, number, number];
  const rows = reshape([height, width * channels])(example);
  const { hidden, cell } = settings;
  return sequential(example, rows, sequenceReader({ input: rows.output, hidden, cell: cell!, random }));
}

/** The prior of an autoencoder's codes, which may be made of the encoder. */
export function priorOf({ settings, random }: Surroundings, encoder: GaussianEncoder): Prior {
  const { prior = 'normal' } = settings; // runs of earlier versions do not say
  const [latent, components] = [settings.latent!, settings.components!];
  const own = random.split('prior');
  if (prior === 'normal') return standardNormal(latent);
  if (prior === 'mixture') return trainedMixture({ latent, components, random: own });
  if (!settings.conditional) return vampPrior({ encoder, components, random: own });
  throw wrongOption({
    where: '--prior',
    expected: 'normal or mixture beside --conditional',
    received: 'vamp, whose pseudo-inputs have no class',
    remedy: 'Leave out one of the two.',
  });
}

/** Batch norm would mix the examples that a penalty wants apart. */
function normUnder({ penalty = 'none' }: Settings): { readonly norm?: 'none' } {
  return penalty === 'none' ? {} : { norm: 'none' };
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
  if (example.shape.length === 3) return example;
  throw wrongOption({
    where: `--${role}`,
    expected: 'a part for points in the plane: mlp',
    received: 'one that needs images',
    remedy: `Choose --${role} mlp, or data with images.`,
  });
}
