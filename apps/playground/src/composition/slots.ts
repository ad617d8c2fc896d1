import type { Choosable, Composition, Countable } from './composition.js';

type Slot = Choosable | Countable | 'conditional';

const COMMON = ['batch', 'seed'] as const;
const MOVED = ['optimizer', 'learningRate'] as const;
/** Two players, each with an optimizer of its own. */
const RIVALS = [...MOVED, 'discriminatorOptimizer', 'discriminatorLearningRate'] as const;
const ADVERSARIAL = ['discriminator', 'loss', 'penalty', 'discriminatorSteps'] as const;

/** What each system is made of; everything else of a composition does not matter to it. */
const SLOTS: Readonly<Record<Composition['system'], readonly Slot[]>> = {
  vae: ['encoder', 'prior', 'latent', 'generator', 'likelihood', 'beta', 'conditional', 'hidden', ...MOVED, ...COMMON],
  gan: ['prior', 'latent', 'generator', ...ADVERSARIAL, 'conditional', 'hidden', ...RIVALS, ...COMMON],
  'vae-gan': [
    'encoder',
    'prior',
    'latent',
    'generator',
    'discriminator',
    'loss',
    'beta',
    'conditional',
    'hidden',
    ...RIVALS,
    ...COMMON,
  ],
  'adversarial-autoencoder': [
    'encoder',
    'prior',
    'latent',
    'generator',
    'likelihood',
    'loss',
    'conditional',
    'hidden',
    ...RIVALS,
    ...COMMON,
  ],
  classifier: ['discriminator', 'hidden', ...MOVED, ...COMMON],
  'semi-supervised': ['prior', 'latent', 'generator', 'discriminator', 'perClass', 'hidden', ...RIVALS, ...COMMON],
  'language-model': ['cell', 'hidden', ...MOVED, ...COMMON],
};

export const slotsOf = ({ system }: Pick<Composition, 'system'>): readonly Slot[] => SLOTS[system];

/** Whether the page shows that field for this composition. */
export const hasSlot = (composition: Pick<Composition, 'system'>, slot: Slot): boolean =>
  slotsOf(composition).includes(slot);
