import type { Layer, Network, SeededRandom, Spec } from '@gm/core';
import { convDecoder, dcganGenerator, mlpDecoder } from '@gm/generators';
import { convEncoder, type GaussianEncoder, mlpEncoder } from '@gm/latent';
import { conv2d, conv2dTranspose, dense, leakyRelu, relu, sequential } from '@gm/networks';
import { wrongOption } from './complain.js';
import { recurrentEncoderOf, recurrentGeneratorOf } from './recurrentParts.js';
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

/** Leaky where a discriminator's gradients have to come through, after Radford et al. (2016), section 3. */
function activationOf({ kind }: Settings): () => Layer {
  return kind === 'vae' || kind === 'iwae' || kind === 'adversarial-autoencoder' ? relu : leakyRelu;
}

export function images(role: string, example: Spec): Spec {
  const { length } = example.shape;
  if (length === 3) return example;
  throw wrongOption({
    where: `--${role}`,
    expected: length === 1 ? 'a part for points in the plane: mlp' : 'a part for sequences: mlp or recurrent',
    received: 'one that needs images',
    remedy: `Choose --${role} ${length === 1 ? 'mlp' : 'recurrent'}, or data with images.`,
  });
}
