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
import { batchNorm, dense, type KernelNorm, projection, spectralNorm } from '@gm/networks';
import { wrongOption } from './complain.js';
import { images, type Surroundings } from './parts.js';
import { stepReader } from './recurrentParts.js';
import type { Settings } from './settings.js';

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

export function discriminatorOf(surroundings: Surroundings): FeatureNetwork {
  const random = surroundings.random.split('discriminator');
  return DISCRIMINATOR[surroundings.settings.discriminator!]({ ...surroundings, random });
}

export function classifierOf(surroundings: Surroundings, classes: number): FeatureNetwork {
  const random = surroundings.random.split('classifier');
  return logitsOf(surroundings.settings.discriminator!, { ...surroundings, random }, classes);
}

/** A network of that name with a logit for each class. */
export function logitsOf(
  name: NonNullable<Settings['discriminator']>,
  surroundings: Surroundings,
  classes: number,
): FeatureNetwork {
  return CLASSIFIER[name](surroundings, classes);
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
