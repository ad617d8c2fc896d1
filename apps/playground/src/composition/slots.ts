import type { Choosable, Composition, Countable } from './composition.js';

type Slot = Choosable | Countable | 'conditional';

const COMMON = ['optimizer', 'learningRate', 'batch', 'seed'] as const;
const ADVERSARIAL = ['discriminator', 'loss', 'penalty', 'discriminatorSteps'] as const;

/** What each system is made of; everything else of a composition does not matter to it. */
const SLOTS: Readonly<Record<Composition['system'], readonly Slot[]>> = {
  vae: ['encoder', 'prior', 'latent', 'generator', 'likelihood', 'beta', 'conditional', 'hidden', ...COMMON],
  gan: ['prior', 'latent', 'generator', ...ADVERSARIAL, 'conditional', 'hidden', ...COMMON],
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
    ...COMMON,
  ],
  classifier: ['discriminator', 'hidden', ...COMMON],
  'semi-supervised': ['prior', 'latent', 'generator', 'discriminator', 'perClass', 'hidden', ...COMMON],
  'language-model': ['cell', 'hidden', ...COMMON],
};

export const slotsOf = ({ system }: Pick<Composition, 'system'>): readonly Slot[] => SLOTS[system];

/** Whether the page shows that field for this composition. */
export const hasSlot = (composition: Pick<Composition, 'system'>, slot: Slot): boolean =>
  slotsOf(composition).includes(slot);
