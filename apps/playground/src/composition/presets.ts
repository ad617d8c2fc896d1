import { type Choosable, type Composition, checkComposition, mediaOf } from './composition.js';

/** Where every field starts. */
const BASE: Composition = {
  system: 'vae',
  data: 'digits',
  encoder: 'mlp',
  prior: 'normal',
  generator: 'mlp',
  discriminator: 'mlp',
  likelihood: 'bernoulli',
  loss: 'non-saturating',
  penalty: 'none',
  optimizer: 'adam',
  discriminatorOptimizer: 'adam',
  cell: 'lstm',
  latent: 2,
  hidden: 256,
  beta: 1,
  learningRate: 1e-3,
  discriminatorLearningRate: 1e-3,
  discriminatorSteps: 1,
  batch: 64,
  perClass: 10,
  seed: 1,
  conditional: false,
  points: [],
};

/** What a system is by default, on images. */
const SYSTEM: Readonly<Record<Composition['system'], Partial<Composition>>> = {
  vae: {},
  gan: { latent: 32 },
  // A divergence that weighs little, for the features of a perceptron are small beside those of the paper.
  'vae-gan': { latent: 8, beta: 0.05, discriminatorLearningRate: 5e-4 },
  'adversarial-autoencoder': {},
  classifier: { discriminator: 'conv' },
  'semi-supervised': { latent: 32, prior: 'uniform' },
  'language-model': { data: 'text', hidden: 128, learningRate: 4e-3, batch: 32 },
};

/** What differs on points in the plane. */
const PLANE: Partial<Composition> = { hidden: 64, likelihood: 'gaussian', batch: 128 };

/** A system on such data, with settings that work. */
export function defaultsFor(system: Composition['system'], data: Composition['data']): Composition {
  const fitting = system === 'language-model' ? 'text' : data === 'text' ? 'digits' : data;
  const isPlane = mediaOf({ data: fitting }) === 'plane';
  const plane = isPlane ? { ...PLANE, ...(system === 'classifier' && { discriminator: 'mlp' as const }) } : {};
  return checkComposition({ ...BASE, ...SYSTEM[system], ...plane, system, data: fitting });
}

/** With another choice for one slot. Another system, or other data, bring their own defaults along. */
export function withChoice(before: Composition, slot: Choosable, value: string): Composition {
  const next = { ...before, [slot]: value } as Composition;
  if (slot !== 'system' && slot !== 'data') return next;
  const { seed, points } = before;
  return { ...defaultsFor(next.system, next.data), seed, ...(next.data === 'points' && { points }) };
}

export interface Preset {
  readonly name: string;
  /** One sentence: what there is to see. */
  readonly about: string;
  readonly composition: Composition;
}

const preset = (
  name: string,
  about: string,
  system: Composition['system'],
  data: Composition['data'],
  differing: Partial<Composition> = {},
): Preset => ({ name, about, composition: checkComposition({ ...defaultsFor(system, data), ...differing }) });

export const PRESETS: readonly Preset[] = [
  preset('VAE', 'Digits squeezed into two numbers: walk over the map they are laid out on.', 'vae', 'digits'),
  preset('GAN', 'A generator learns eight islands by fooling a discriminator: watch its surface.', 'gan', 'ring', {
    latent: 8,
  }),
  preset('LSGAN', 'The same game with least squares, on digits.', 'gan', 'digits', { loss: 'least-squares' }),
  preset('VAE-GAN', 'A VAE whose decoder has a critic: its errors are what the critic sees.', 'vae-gan', 'digits'),
  preset('WGAN-GP', 'A critic kept smooth by a gradient penalty draws two moons.', 'gan', 'moons', {
    loss: 'wasserstein',
    penalty: 'gradient',
    discriminatorSteps: 3,
    latent: 8,
  }),
  preset('Classifier', 'Convolutions tell the digits apart; the test images show how well.', 'classifier', 'digits'),
  preset(
    'Semi-supervised',
    'Ten labels a digit; the other digits are seen without theirs, beside those of a generator.',
    'semi-supervised',
    'digits',
  ),
  preset('Character RNN', 'Moby-Dick, one character after the other.', 'language-model', 'text'),
];
