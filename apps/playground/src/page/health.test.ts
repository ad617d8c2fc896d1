import { describe, expect, it } from 'vitest';
import type { Composition } from '../composition/composition.js';
import { defaultsFor } from '../composition/presets.js';
import { hasSlot } from '../composition/slots.js';
import { warningsOf, withoutWarnings } from './health.js';
import { addRows, type Curves } from './record.js';

/** Curves that are functions of the share of the run that is over. */
function recordOf(curves: Readonly<Record<string, (share: number) => number>>, steps = 400): Curves {
  const record: Curves = {};
  const metricsAt = (step: number) =>
    Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, curve(step / steps)]));
  addRows(
    record,
    Array.from({ length: steps }, (_, index) => ({ step: index + 1, metrics: metricsAt(index + 1) })),
  );
  return record;
}

const [vae, gan, classifier, semi] = [
  defaultsFor('vae', 'digits'),
  defaultsFor('gan', 'digits'),
  defaultsFor('classifier', 'digits'),
  defaultsFor('semi-supervised', 'digits'),
];
const well: Readonly<Record<string, readonly [Curves, Composition]>> = {
  'a VAE that learns': [
    recordOf({
      'autoencoder/loss': (t) => 200 - 100 * t,
      'autoencoder/divergence': () => 5,
      'autoencoder/gradientNorm': () => 10,
    }),
    vae,
  ],
  'a GAN in balance': [
    recordOf({
      'discriminator/real': () => 0.6,
      'discriminator/generated': () => 0.4,
      'discriminator/loss': (t) => 1 + t,
    }),
    gan,
  ],
  'a classifier that learns': [
    recordOf({ 'classifier/loss': (t) => 2.3 - 2 * t, 'classifier/accuracy': (t) => t }),
    classifier,
  ],
  'a critic whose scores are far apart': [
    recordOf({ 'discriminator/real': () => 12, 'discriminator/generated': () => -3 }),
    { ...gan, loss: 'wasserstein' },
  ],
  'a critic whose scores have drifted': [
    recordOf({ 'discriminator/real': () => -40, 'discriminator/generated': () => -38 }),
    { ...gan, loss: 'relativistic' },
  ],
  'a least-squares discriminator near its targets': [
    recordOf({ 'discriminator/real': () => 0.99, 'discriminator/generated': () => 0.01 }),
    { ...gan, loss: 'least-squares' },
  ],
  'a semi-supervised discriminator that is sure, for its generator matches features': [
    recordOf({ 'discriminator/real': () => 0.99, 'discriminator/generated': () => 0.01 }),
    semi,
  ],
  'any run that is young': [
    recordOf({ 'autoencoder/loss': (t) => 1 + 100 * t, 'autoencoder/divergence': () => 0 }, 60),
    vae,
  ],
};

describe('the health of a run', () => {
  it.each(Object.entries(well))('says nothing about %s', (_, [record, composition]) => {
    expect(warningsOf(record, composition)).toEqual([]);
  });

  it.each<[string, Curves, Composition, RegExp]>([
    [
      'a discriminator without fail',
      recordOf({ 'discriminator/real': () => 0.99, 'discriminator/generated': () => 0.01 }),
      gan,
      /without fail/,
    ],
    [
      'a discriminator that is fooled',
      recordOf({ 'discriminator/real': () => 0.3, 'discriminator/generated': () => 0.8 }),
      gan,
      /more real than real/,
    ],
    [
      'codes that say nothing',
      recordOf({ 'autoencoder/loss': () => 200, 'autoencoder/divergence': () => 0.001 }),
      vae,
      /posterior collapse/,
    ],
    [
      'a loss that rises',
      recordOf({ 'autoencoder/loss': (t) => 100 + 200 * t * t, 'autoencoder/divergence': () => 5 }),
      vae,
      /loss rises/,
    ],
    [
      'a gradient out of bounds',
      recordOf({ 'generator/gradientNorm': (t) => (t < 0.99 ? 10 : 1e5) }),
      gan,
      /the generator grows out of bounds/,
    ],
    [
      'a gradient that is gone',
      recordOf({ 'generator/gradientNorm': (t) => (t < 0.5 ? 1 : 1e-9) }),
      gan,
      /the generator has all but vanished/,
    ],
    [
      'a classifier that guesses',
      recordOf({ 'classifier/loss': () => 2.3, 'classifier/accuracy': () => 0.1 }),
      classifier,
      /guessing/,
    ],
  ])('warns of %s', (_, record, composition, words) => {
    const warnings = warningsOf(record, composition);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(words);
  });
});

describe('what helps', () => {
  const wins = recordOf({ 'discriminator/real': () => 0.99, 'discriminator/generated': () => 0.01 });
  const loses = recordOf({ 'discriminator/real': () => 0.2, 'discriminator/generated': () => 0.8 });
  const silent = recordOf({ 'autoencoder/divergence': () => 0 });
  const adversarial = ['gan', 'vae-gan', 'adversarial-autoencoder', 'semi-supervised', 'vae'] as const;
  const words: Readonly<Partial<Record<Parameters<typeof hasSlot>[1], RegExp>>> = {
    penalty: /penalty/,
    discriminatorSteps: /steps/,
    beta: /β/,
    learningRate: /learning rate/,
    loss: /adversarial loss/,
    hidden: /width/,
  };

  it.each(adversarial)('is something that a %s has', (system) => {
    const composition = defaultsFor(system, 'digits');
    const said = (system === 'vae' ? [silent] : [wins, loses])
      .flatMap((record) => warningsOf(record, composition))
      .join(' ');
    expect(said).not.toBe('');
    for (const [slot, word] of Object.entries(words))
      if (word.test(said)) expect(hasSlot(composition, slot as 'penalty'), slot).toBe(true);
  });

  it('is no penalty where there is one', () => {
    expect(warningsOf(wins, { ...gan, penalty: 'r1' }).join()).not.toContain('penalty');
    expect(warningsOf(wins, gan).join()).toContain('Take a penalty');
  });
});

it('says that all is well only of a run that goes well and long enough', () => {
  const well = { starting: false, composed: true, failed: false, step: 500 };
  expect(withoutWarnings(well)).toBe('Nothing looks unwell.');
  for (const other of [{ failed: true }, { composed: false }, { starting: true }, { step: 20 }])
    expect(withoutWarnings({ ...well, ...other })).not.toContain('unwell');
});
