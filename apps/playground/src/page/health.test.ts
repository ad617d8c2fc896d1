import { describe, expect, it } from 'vitest';
import type { Composition } from '../composition/composition.js';
import { defaultsFor } from '../composition/presets.js';
import { warningsOf } from './health.js';
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

const [vae, gan, classifier] = [
  defaultsFor('vae', 'digits'),
  defaultsFor('gan', 'digits'),
  defaultsFor('classifier', 'digits'),
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
