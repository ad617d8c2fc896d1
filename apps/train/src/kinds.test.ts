import { useBackend } from '@gm/backends';
import { type Spec, spec } from '@gm/core';
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

describe('parts by name', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  /** The names of all parameters and buffers of each part. */
  function namesOf(kind: Kind, choices: Choices, example: Spec, classes?: number): Record<string, string> {
    const settings = completeSettings(kind, { seed: 3, hidden: [4], latent: 2, ...choices });
    const { networks } = compose(settings, { example, classes });
    const names = Object.entries(networks).map(([role, network]) => {
      const all = Object.keys({ ...network.parameters, ...network.buffers }).join(' ');
      network.dispose();
      return [role, all] as const;
    });
    return Object.fromEntries(names);
  }
  const series = spec([6, 1]);
  const CELL = /recurrentKernel/;

  it.each(['vae', 'iwae', 'gan', 'lsgan', 'wgan-gp', 'r3gan', 'vae-gan'] as const)(
    'of a %s are recurrent on a series, and none where mlp is said',
    (kind) => {
      const roles = { encoder: 'mlp', generator: 'mlp', discriminator: 'mlp' } as const;
      const own = Object.fromEntries(Object.entries(roles).filter(([role]) => role in KIND_OPTIONS[kind].images));
      const data = { data: 'series:s.csv' };
      for (const names of Object.values(namesOf(kind, data, series))) expect(names).toMatch(CELL);
      for (const names of Object.values(namesOf(kind, { ...data, ...own }, series))) expect(names).not.toMatch(CELL);
    },
  );

  it('go through images where recurrent is said', () => {
    const image = spec([4, 3, 2], [0, 1]);
    const said = { encoder: 'recurrent', generator: 'recurrent' } as const;
    for (const names of Object.values(namesOf('vae', said, image))) expect(names).toMatch(CELL);
  });

  it.each(['mlp', 'dcgan', 'patch', 'resnet'] as const)(
    'of a %s discriminator are under spectral norm if asked',
    (discriminator) => {
      const image = spec([8, 8, 1], [-1, 1]);
      const left = (spectralNorm: boolean) => namesOf('gan', { discriminator, spectralNorm }, image).discriminator;
      expect(left(false)).not.toMatch(/left/);
      expect(left(true)).toMatch(/left/);
      expect(left(true)).not.toMatch(/offset/);
    },
  );

  it.each(['dcgan', 'resnet'] as const)('of a %s classifier have no batch norm under a penalty', (discriminator) => {
    const image = spec([8, 8, 1], [0, 1]);
    const names = (penalty: 'none' | 'r1') =>
      namesOf('semi-supervised', { discriminator, penalty, labels: 4 }, image, 4).discriminator;
    expect(names('none')).toMatch(/variance/);
    expect(names('r1')).not.toMatch(/variance/);
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
