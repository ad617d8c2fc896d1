import type { Composition } from '../composition/composition.js';
import { isPenalized, tellsProbability } from '../composition/objectives.js';

/** Curves of one unit and of about one size, for one chart. */
export interface Panel {
  readonly title: string;
  readonly metrics: readonly string[];
  readonly logarithmic?: boolean;
}

/** The charts of a system: no curve lies flat beside one that is a hundred times as high. What no chart is for goes into one more. */
export function panelsOf(composition: Composition, found: readonly string[] = []): readonly Panel[] {
  const known = [...PANELS[composition.system](composition), gradients(composition)];
  const others = found.filter((metric) => !known.some(({ metrics }) => metrics.includes(metric)));
  return others.length === 0 ? known : [...known, { title: 'Other metrics', metrics: others }];
}

const PLAYERS: Readonly<Record<Composition['system'], readonly string[]>> = {
  vae: ['autoencoder'],
  gan: ['discriminator', 'generator'],
  'vae-gan': ['encoder', 'generator', 'discriminator'],
  'adversarial-autoencoder': ['autoencoder', 'discriminator'],
  classifier: ['classifier'],
  'semi-supervised': ['discriminator', 'generator'],
  'language-model': ['generator'],
};

const gradients = ({ system }: Composition): Panel => ({
  title: 'Gradient norms',
  metrics: PLAYERS[system].map((player) => `${player}/gradientNorm`),
  logarithmic: true,
});

/** What the discriminator gives on average. */
const opinions = (composition: Composition): Panel => ({
  title: tellsProbability(composition) ? 'Taken for real, probability' : 'Mean score of the discriminator',
  metrics: ['discriminator/real', 'discriminator/generated'],
});

const PANELS: Readonly<Record<Composition['system'], (composition: Composition) => readonly Panel[]>> = {
  vae: () => [
    { title: 'Loss, nats', metrics: ['autoencoder/loss', 'autoencoder/reconstruction'] },
    { title: 'Divergence, nats', metrics: ['autoencoder/divergence'] },
  ],
  gan: (composition) => [
    { title: 'Losses', metrics: ['discriminator/loss', 'generator/loss'] },
    ...(isPenalized(composition) ? [{ title: 'Penalty', metrics: ['discriminator/penalty'] }] : []),
    opinions(composition),
  ],
  'vae-gan': (composition) => [
    { title: 'Losses by reconstruction', metrics: ['encoder/loss', 'encoder/reconstruction', 'generator/loss'] },
    { title: 'Adversarial losses', metrics: ['discriminator/loss', 'generator/adversarial'] },
    { title: 'Divergence, nats', metrics: ['encoder/divergence'] },
    opinions(composition),
  ],
  'adversarial-autoencoder': (composition) => [
    { title: 'Losses by reconstruction, nats', metrics: ['autoencoder/loss', 'autoencoder/reconstruction'] },
    { title: 'Adversarial losses', metrics: ['discriminator/loss', 'autoencoder/adversarial'] },
    opinions(composition),
  ],
  classifier: () => [
    { title: 'Loss, nats', metrics: ['classifier/loss'] },
    { title: 'Accuracy, share of the batch', metrics: ['classifier/accuracy'] },
  ],
  'semi-supervised': (composition) => [
    { title: 'Loss of the discriminator, nats', metrics: ['discriminator/loss'] },
    { title: 'Loss of the generator, by features', metrics: ['generator/loss'] },
    { title: 'Accuracy, share of the labelled batch', metrics: ['discriminator/accuracy'] },
    opinions(composition),
  ],
  'language-model': () => [
    { title: 'Loss per character, nats and bits', metrics: ['generator/loss', 'generator/bits'] },
  ],
};

/** What a metric is called in the legend of its chart. */
export function nameOf(metric: string): string {
  const [player, what] = metric.split('/') as [string, string];
  if (what === 'real' || what === 'generated') return what;
  return what === 'gradientNorm' ? player : `${player} ${what}`;
}
