import * as v from 'valibot';
import { wrongOption } from './complain.js';

export const KINDS = [
  'vae',
  'iwae',
  'gan',
  'lsgan',
  'wgan-gp',
  'r3gan',
  'acgan',
  'vae-gan',
  'adversarial-autoencoder',
  'vq-vae',
  'classifier',
  'semi-supervised',
  'forecast',
  'language-model',
] as const;
export type Kind = (typeof KINDS)[number];

/** The choices of each role; which of them a kind can use stands in `KIND_OPTIONS`. */
export const ENCODERS = ['mlp', 'conv'] as const;
export const GENERATORS = ['mlp', 'conv', 'dcgan'] as const;
export const DISCRIMINATORS = ['mlp', 'conv', 'dcgan', 'patch', 'resnet'] as const;
export const PRIORS = ['normal', 'mixture', 'vamp'] as const;
export const LOSSES = [
  'bernoulli',
  'gaussian',
  'non-saturating',
  'minimax',
  'least-squares',
  'wasserstein',
  'hinge',
  'relativistic',
  'cross-entropy',
  'quantile',
] as const;
export const PENALTIES = ['none', 'gradient', 'dragan', 'r1', 'r1-r2'] as const;
export const CELLS = ['lstm', 'gru'] as const;
export const PIXELS = ['unit', 'signed'] as const;

const positive = v.pipe(v.number(), v.gtValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** All that decides what a run trains, apart from how long. It stands in run.json. */
export const settingsSchema = v.strictObject({
  kind: v.picklist(KINDS),
  data: v.string(),
  seed: v.number(),
  batch: count,
  learningRate: positive,
  /** Decay of the average of the weights that samples are drawn with; 0 keeps none. */
  average: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  /** Steps over which the learning rate falls to a twentieth along half a cosine; constant without it. */
  decay: v.optional(count),
  /** Units of MLP parts, from the data inwards. */
  hidden: v.array(count),
  /** Units of an MLP generator, from z outwards; `hidden` the other way round without it. */
  generatorHidden: v.optional(v.array(count)),
  /** Of the discriminator, where it differs from the others'. */
  discriminatorLearningRate: v.optional(positive),
  /** How grey values are scaled: unit is [0, 1], signed is [-1, 1]. Toys are what they are. */
  pixels: v.picklist(PIXELS),
  loss: v.picklist(LOSSES),
  binarize: v.optional(v.boolean()),
  encoder: v.optional(v.picklist(ENCODERS)),
  generator: v.optional(v.picklist(GENERATORS)),
  discriminator: v.optional(v.picklist(DISCRIMINATORS)),
  latent: v.optional(count),
  /** mixture and vamp are trained with the model. */
  prior: v.optional(v.picklist(PRIORS)),
  /** Of a trained prior. */
  components: v.optional(count),
  beta: v.optional(v.pipe(v.number(), v.minValue(0))),
  scale: v.optional(positive),
  /** γ of a VAE-GAN: what reconstruction weighs against fooling the discriminator. */
  reconstruction: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** The parts are told the class of each example. */
  conditional: v.optional(v.boolean()),
  /** How many examples keep their label. */
  labels: v.optional(count),
  /** How many codes a codebook has. */
  codes: v.optional(count),
  /** K of an IWAE. */
  samples: v.optional(count),
  penalty: v.optional(v.picklist(PENALTIES)),
  /** Of the penalty; the penalty's own default without it. */
  penaltyWeight: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** Steps of the discriminator for each one of the generator. */
  discriminatorSteps: v.optional(count),
  /** The discriminator's weights stay within ± this (Wasserstein). */
  clip: v.optional(positive),
  /** Steps of a series that are seen, and those after them that are predicted. */
  past: v.optional(count),
  horizon: v.optional(count),
  /** Of a CSV file. */
  column: v.optional(v.string()),
  /** Symbols in one piece of truncated back-propagation. */
  time: v.optional(count),
  cell: v.optional(v.picklist(CELLS)),
  dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1))),
  /** Gradients longer than this are shortened to it. */
  clipNorm: v.optional(positive),
});

export type Settings = Readonly<v.InferOutput<typeof settingsSchema>>;

/** What was said on the command line; the rest comes from `defaultsFor`. */
export type Choices = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

interface KindOptions {
  readonly losses: readonly Settings['loss'][];
  readonly images: Choices;
  /** What differs where examples are points in the plane. */
  readonly points: Choices;
}

const AUTOENCODER: Choices = {
  conditional: false,
  encoder: 'mlp',
  generator: 'mlp',
  generatorHidden: undefined,
  latent: 20,
  prior: 'normal',
  components: 50,
  scale: 1,
  binarize: false,
  hidden: [400],
};
/** Any two adversaries. */
const ADVERSARIES: Choices = {
  generator: 'mlp',
  generatorHidden: undefined,
  discriminator: 'mlp',
  discriminatorLearningRate: undefined,
  latent: 64,
  pixels: 'signed',
  learningRate: 2e-4,
  average: 0.999,
  hidden: [512, 256],
};
const GAN: Choices = {
  ...ADVERSARIES,
  conditional: false,
  penalty: 'none',
  penaltyWeight: undefined,
  clip: undefined,
  discriminatorSteps: 1,
};
/** Gulrajani et al. (2017), algorithm 1, but for the five critic steps: three do. */
const WGAN_GP: Choices = { ...GAN, penalty: 'gradient', discriminatorSteps: 3 };
/** Huang et al. (2024), The GAN is dead; long live the GAN!, sections 2 and 4. */
const R3GAN: Choices = { ...GAN, penalty: 'r1-r2' };
/**
 * Larsen et al. (2016) with multilayer perceptrons. The features of a perceptron's discriminator are few and small, so that
 * the divergence has to weigh less (beta) than in the paper for the codes to say something, and their reconstruction more
 * (reconstruction) for the generator to heed it; a slower discriminator stays beatable.
 */
const VAE_GAN: Choices = {
  ...ADVERSARIES,
  conditional: false,
  encoder: 'mlp',
  pixels: 'unit',
  hidden: [256, 256],
  generatorHidden: [256, 256, 256],
  latent: 10,
  batch: 64,
  beta: 0.075,
  reconstruction: 0.8,
  learningRate: 1e-3,
  discriminatorLearningRate: 5e-4,
  average: 0.998,
};
/** Makhzani et al. (2016), whose codes are told apart from draws of the prior by a perceptron as wide as the encoder. */
const ADVERSARIAL_AUTOENCODER: Choices = {
  conditional: false,
  encoder: 'mlp',
  generator: 'mlp',
  generatorHidden: undefined,
  discriminatorLearningRate: undefined,
  latent: 8,
  scale: 1,
  hidden: [400],
};
/** Salimans et al. (2016), section 5, with a smaller network. */
const SEMI_SUPERVISED: Choices = {
  generator: 'mlp',
  generatorHidden: undefined,
  discriminator: 'conv',
  discriminatorLearningRate: undefined,
  latent: 50,
  labels: 100,
  hidden: [500, 250],
  batch: 64,
  average: 0.99,
};
const POINTS: Choices = { hidden: [64, 64], learningRate: 1e-3, batch: 256 };

/** The options of each kind with their defaults: an option that is not here does not belong to the kind. */
const KIND_OPTIONS: Readonly<Record<Kind, KindOptions>> = {
  vae: {
    losses: ['bernoulli', 'gaussian'],
    images: { ...AUTOENCODER, beta: 1 },
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
  },
  iwae: {
    losses: ['bernoulli', 'gaussian'],
    images: { ...AUTOENCODER, samples: 5 },
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
  },
  gan: {
    losses: ['non-saturating', 'minimax', 'least-squares', 'wasserstein', 'hinge', 'relativistic'],
    images: GAN,
    points: { ...POINTS, latent: 8 },
  },
  lsgan: { losses: ['least-squares'], images: GAN, points: { ...POINTS, latent: 8 } },
  'wgan-gp': { losses: ['wasserstein'], images: WGAN_GP, points: { ...POINTS, latent: 8 } },
  r3gan: { losses: ['relativistic'], images: R3GAN, points: { ...POINTS, latent: 8 } },
  acgan: {
    losses: ['non-saturating', 'minimax', 'least-squares', 'hinge'],
    images: ADVERSARIES,
    points: { ...POINTS, latent: 8 },
  },
  'vae-gan': {
    losses: ['non-saturating', 'minimax', 'least-squares'],
    images: VAE_GAN,
    points: { ...POINTS, generatorHidden: undefined, latent: 2 },
  },
  'adversarial-autoencoder': {
    losses: ['bernoulli', 'gaussian'],
    images: ADVERSARIAL_AUTOENCODER,
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
  },
  'vq-vae': {
    losses: ['bernoulli', 'gaussian'],
    images: { latent: 16, codes: 64, scale: 1, batch: 64 },
    points: { ...POINTS, loss: 'gaussian', latent: 4, codes: 16, scale: 0.1 },
  },
  'semi-supervised': {
    losses: ['cross-entropy'],
    images: SEMI_SUPERVISED,
    points: { ...POINTS, discriminator: 'mlp', latent: 8, labels: 8 },
  },
  classifier: {
    losses: ['cross-entropy'],
    images: { discriminator: 'conv' },
    points: { ...POINTS, discriminator: 'mlp' },
  },
  forecast: {
    losses: ['gaussian', 'quantile'],
    images: {
      hidden: [32],
      past: 48,
      horizon: 12,
      column: undefined,
      cell: 'lstm',
      clipNorm: 1,
      batch: 64,
      learningRate: 3e-3,
    },
    points: {},
  },
  'language-model': {
    losses: ['cross-entropy'],
    images: { hidden: [256], time: 64, cell: 'lstm', dropout: 0, clipNorm: 1, batch: 32, learningRate: 2e-3 },
    points: {},
  },
};

const COMMON = {
  data: 'mnist',
  seed: 1,
  batch: 128,
  learningRate: 1e-3,
  average: 0,
  hidden: [512],
  pixels: 'unit',
} as const;

/** The choices of `kind` on `data`, completed. */
export function completeSettings(kind: Kind, choices: Choices): Settings {
  const { losses, images, points } = KIND_OPTIONS[kind];
  const isToy = choices.data?.startsWith('toy:') ?? false;
  const loss = choices.loss ?? (isToy ? points.loss : undefined) ?? losses[0]!;
  const defaults = { kind, decay: undefined, ...COMMON, ...images, ...(isToy ? points : {}) };
  checkBelonging(kind, [...Object.keys(defaults), 'loss'], choices);
  checkLoss(kind, losses, loss);
  if (choices.binarize) checkBits(loss);
  const settings = v.safeParse(settingsSchema, withoutUndefined({ ...defaults, ...choices, loss }));
  if (settings.success) return settings.output;
  throw invalid(settings.issues[0]);
}

function checkBelonging(kind: Kind, known: readonly string[], choices: Choices): void {
  const stranger = Object.keys(choices).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const owners = KINDS.filter((other) => stranger in KIND_OPTIONS[other].images);
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: `only options that a ${kind} has`,
    received: `--${kebab(stranger)} ${choices[stranger as keyof Choices]}`,
    remedy: `Leave it out, or train one of ${owners.join(', ')}.`,
  });
}

function checkLoss(kind: Kind, losses: readonly Settings['loss'][], loss: Settings['loss']): void {
  if (losses.includes(loss)) return;
  const owner = KINDS.find((other) => KIND_OPTIONS[other].losses.includes(loss));
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: `--loss to be one of ${losses.join(', ')}`,
    received: `'${loss}'`,
    remedy: `Choose one of them, or train a ${owner}.`,
  });
}

function checkBits(loss: Settings['loss']): void {
  if (loss === 'bernoulli') return;
  throw wrongOption({
    where: '--binarize',
    expected: '--loss bernoulli, which is for zeros and ones',
    received: `--loss ${loss}`,
    remedy: 'Leave out one of the two.',
  });
}

function invalid(issue: v.BaseIssue<unknown>) {
  return wrongOption({
    where: `--${kebab(v.getDotPath(issue) ?? 'option')}`,
    expected: issue.expected ?? 'a valid value',
    received: issue.received,
    remedy: 'Give such a value; gm train --help lists the options.',
  });
}

/** What was given, of things that may be left out. */
export function withoutUndefined<Fields extends object>(
  record: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}

/** learningRate as it is written on the command line: learning-rate. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
