import { useBackend } from '@gm/backends';
import { readMetrics, trainer } from '@gm/trainers';
import { dispose } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { completeSettings } from './completeSettings.js';
import { compose } from './composition.js';
import { openData } from './datasets.js';
import { KIND_OPTIONS } from './kinds.js';
import { type Choices, type Kind, PENALTIES } from './settings.js';
import { batchesOf } from './training.js';

const ADVERSARIAL = ['non-saturating', 'minimax', 'least-squares', 'wasserstein', 'hinge', 'relativistic'] as const;
const SMALL: Choices = { data: 'toy:ring', hidden: [8], batch: 8, seed: 3 };

/** What the first step reports. */
async function firstMetrics(kind: Kind, choices: Choices): Promise<Record<string, number>> {
  const settings = completeSettings(kind, { ...SMALL, ...choices });
  const data = await openData(settings);
  const { game, networks } = compose(settings, data.train);
  const run = trainer(game, { seed: 1 });
  const batch = await batchesOf(settings, data).at(0);
  const metrics = await readMetrics(run.step(batch));
  dispose(batch as never);
  run.dispose();
  for (const network of Object.values(networks)) network.dispose();
  return metrics;
}

describe('the losses of a kind', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it.each(['gan', 'acgan', 'vae-gan'] as const)(
    'are for a %s all that its recipe plays, each another',
    async (kind) => {
      expect(KIND_OPTIONS[kind].losses).toEqual(ADVERSARIAL);
      const reached = new Set<number>();
      for (const loss of ADVERSARIAL) {
        const metrics = await firstMetrics(kind, { loss });
        expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
        reached.add(metrics['generator/loss']! + metrics['discriminator/loss']!);
      }
      expect(reached.size).toBe(ADVERSARIAL.length);
    },
  );

  it('begin with the one that is taken where none is said', () => {
    for (const kind of ['gan', 'acgan', 'vae-gan'] as const) {
      expect(completeSettings(kind, SMALL).loss).toBe('non-saturating');
    }
  });
});

describe('the penalty', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it.each(['gan', 'acgan', 'vae-gan', 'adversarial-autoencoder', 'semi-supervised'] as const)(
    'of a %s is none, or the one that is asked for, with its weight',
    async (kind) => {
      const penaltyOf = async (choices: Choices) => (await firstMetrics(kind, choices))['discriminator/penalty'];
      expect(await penaltyOf({})).toBeUndefined();
      for (const penalty of PENALTIES.filter((name) => name !== 'none')) {
        const [plain, double] = [await penaltyOf({ penalty }), await penaltyOf({ penalty, penaltyWeight: 20 })];
        expect(plain).toBeGreaterThan(0);
        expect(double).toBeCloseTo(2 * plain!, 3);
      }
    },
  );
});
