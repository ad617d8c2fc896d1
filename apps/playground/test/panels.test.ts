import { readMetrics } from '@gm/trainers';
import { dispose } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Composition } from '../src/composition/composition.js';
import { PRESETS } from '../src/composition/presets.js';
import { nameOf, panelsOf } from '../src/page/panels.js';
import { composed, small } from './inNode.js';

const STEPS = 40;
/** How many times as high as another a curve of the same chart may be, by the middle of their sizes. */
const MOST = 20;

const kinds: readonly (readonly [string, Composition])[] = [
  ...PRESETS.map(({ name, composition }) => [name, { ...composition, batch: 16 }] as const),
  ['an adversarial autoencoder', small('adversarial-autoencoder', 'digits')],
  ['a GAN of points with R1', small('gan', 'moons', { penalty: 'r1', loss: 'relativistic' })],
  ['a VAE of points', small('vae', 'moons')],
];

describe.each(kinds)('the charts of %s', (_, composition) => {
  it('have every metric once, beside others of its size', { timeout: 60_000 }, async () => {
    const curves = await curvesOf(composition);
    const panels = panelsOf(composition, Object.keys(curves));
    expect(panels.map(({ title }) => title)).not.toContain('Other metrics');
    expect(panels.flatMap(({ metrics }) => metrics).toSorted()).toEqual(Object.keys(curves).toSorted());
    for (const { title, metrics, logarithmic } of panels) {
      if (logarithmic) continue;
      const sizes = metrics.map((metric) => middle(curves[metric]!.map(Math.abs)));
      // About as high as 1, all of them can be seen on an axis that goes from 0 to 1.
      expect(
        Math.max(1, ...sizes) / Math.min(...sizes.map((size) => Math.max(size, 0.1))),
        `${title}: ${sizes}`,
      ).toBeLessThan(sizes.length === 1 ? Number.POSITIVE_INFINITY : MOST);
    }
  });
});

it('names the player in the legend, and keeps a metric that it does not know', () => {
  expect(['generator/loss', 'encoder/gradientNorm', 'discriminator/real'].map(nameOf)).toEqual([
    'generator loss',
    'encoder',
    'real',
  ]);
  expect(panelsOf(PRESETS[0]!.composition, ['autoencoder/colour']).at(-1)).toEqual({
    title: 'Other metrics',
    metrics: ['autoencoder/colour'],
  });
});

async function curvesOf(composition: Composition): Promise<Record<string, number[]>> {
  const session = await composed(composition);
  const curves: Record<string, number[]> = {};
  for (let step = 0; step < STEPS; step++) {
    const batch = await session.source.at(step);
    const metrics = await readMetrics(session.run.step(batch));
    dispose(batch);
    for (const [metric, value] of Object.entries(metrics)) curves[metric] = [...(curves[metric] ?? []), value];
  }
  session.dispose();
  return curves;
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
