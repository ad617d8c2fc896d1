import { ADVERSARIAL_LOSSES, type Choices, type Kind, type Settings } from './settings.js';

/** What a kind can be given, and what it takes where nothing is said. */
interface KindOptions {
  readonly losses: readonly Settings['loss'][];
  readonly images: Choices;
  /** What differs where examples are points in the plane. */
  readonly points: Choices;
  /** What differs where examples are stretches of a series; a kind without it does not take them. */
  readonly series?: Choices;
  /** What differs where examples are pieces of a text, for kinds that otherwise learn images. */
  readonly text?: Choices;
}

const AUTOENCODER: Choices = {
  conditional: false,
  encoder: 'mlp',
  generator: 'mlp',
  generatorHidden: undefined,
  latent: 20,
  prior: 'normal',
  components: 50,
  categories: 10,
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
  penalty: 'none',
  penaltyWeight: undefined,
  spectralNorm: false,
  latent: 64,
  pixels: 'signed',
  learningRate: 2e-4,
  average: 0.999,
  hidden: [512, 256],
};
const GAN: Choices = {
  ...ADVERSARIES,
  conditional: false,
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
  penalty: 'none',
  penaltyWeight: undefined,
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
  penalty: 'none',
  penaltyWeight: undefined,
  latent: 50,
  labels: 100,
  hidden: [500, 250],
  batch: 64,
  average: 0.99,
};
const POINTS: Choices = { hidden: [64, 64], learningRate: 1e-3, batch: 256 };
/** Of sequences, by parts that go through them. */
const SEQUENCES: Choices = {
  time: 24,
  cell: 'gru',
  hidden: [64],
  generatorHidden: undefined,
  generator: 'recurrent',
  latent: 8,
  batch: 64,
  learningRate: 1e-3,
};
const SERIES_AUTOENCODER: Choices = {
  ...SEQUENCES,
  column: undefined,
  encoder: 'recurrent',
  loss: 'gaussian',
  scale: 0.3,
};
const SERIES_GAN: Choices = { ...SEQUENCES, column: undefined, discriminator: 'recurrent' };
/** After Kusner & Hernández-Lobato (2016). Gradients through draws are weak: a discriminator that learns as fast wins at once. */
const TEXT_GAN: Choices = {
  ...SEQUENCES,
  discriminator: 'recurrent',
  time: 8,
  latent: 16,
  learningRate: 1e-2,
  discriminatorLearningRate: 1e-3,
};

/** The options of each kind with their defaults: an option that is not here does not belong to the kind. */
export const KIND_OPTIONS: Readonly<Record<Kind, KindOptions>> = {
  vae: {
    losses: ['bernoulli', 'gaussian'],
    images: { ...AUTOENCODER, beta: 1, freeBits: 0 },
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
    series: SERIES_AUTOENCODER,
  },
  iwae: {
    losses: ['bernoulli', 'gaussian'],
    images: { ...AUTOENCODER, samples: 5 },
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
    series: SERIES_AUTOENCODER,
  },
  gan: {
    losses: ADVERSARIAL_LOSSES,
    images: GAN,
    points: { ...POINTS, latent: 8 },
    series: SERIES_GAN,
    text: TEXT_GAN,
  },
  lsgan: {
    losses: ['least-squares'],
    images: GAN,
    points: { ...POINTS, latent: 8 },
    series: SERIES_GAN,
    text: TEXT_GAN,
  },
  'wgan-gp': {
    losses: ['wasserstein'],
    images: WGAN_GP,
    points: { ...POINTS, latent: 8 },
    series: SERIES_GAN,
    text: TEXT_GAN,
  },
  r3gan: {
    losses: ['relativistic'],
    images: R3GAN,
    points: { ...POINTS, latent: 8 },
    series: SERIES_GAN,
    text: TEXT_GAN,
  },
  acgan: {
    losses: ADVERSARIAL_LOSSES,
    images: ADVERSARIES,
    points: { ...POINTS, latent: 8 },
  },
  'vae-gan': {
    losses: ADVERSARIAL_LOSSES,
    images: VAE_GAN,
    points: { ...POINTS, generatorHidden: undefined, latent: 2 },
    series: { ...SERIES_GAN, encoder: 'recurrent' },
  },
  'adversarial-autoencoder': {
    losses: ['bernoulli', 'gaussian'],
    images: ADVERSARIAL_AUTOENCODER,
    points: { ...POINTS, loss: 'gaussian', latent: 2, scale: 0.1 },
    series: SERIES_AUTOENCODER,
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
  // Bowman et al. (2016), sections 2.2 and 3.1.
  'sequence-vae': {
    losses: ['cross-entropy'],
    images: {
      hidden: [128],
      time: 32,
      cell: 'lstm',
      latent: 16,
      beta: 1,
      freeBits: 0.25,
      stepDropout: 0.5,
      warmUp: 2000,
      clipNorm: 1,
      batch: 64,
      learningRate: 2e-3,
    },
    points: {},
  },
  'language-model': {
    losses: ['cross-entropy'],
    images: { hidden: [256], time: 64, cell: 'lstm', dropout: 0, clipNorm: 1, batch: 32, learningRate: 2e-3 },
    points: {},
  },
};

/** What recurrent parts add; where there are no other parts their layers are narrower. */
export const recurrentOptions = (kind: Kind): Choices => ({
  cell: 'lstm',
  ...(kind === 'classifier' && { hidden: [128] }),
});

/** What is the same for every kind that does not say otherwise. */
export const COMMON = {
  data: 'mnist',
  seed: 1,
  batch: 128,
  learningRate: 1e-3,
  average: 0,
  hidden: [512],
  pixels: 'unit',
} as const;
