import { useBackend } from '@gm/backends';
import { testTrainer } from '@gm/core/testing';
import { beforeAll, describe, it } from 'vitest';
import { recipes, ring } from '../test/parts.js';
import { trainer } from './index.js';

/** The loss that has to fall; the two sides of an adversarial game take turns at winning. */
const losses: Readonly<Record<string, string>> = { vae: 'autoencoder/loss', classifier: 'classifier/loss' };

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  for (const [name, recipe] of Object.entries(recipes)) {
    if (['wgan', 'wganGp'].includes(name)) continue; // not every player moves in every step; recipes.test.ts trains them
    const loss = losses[name];
    const contract = loss === undefined ? {} : { loss };
    const { at: batch } = ring();
    testTrainer(
      { describe, it },
      name,
      (random) => {
        const run = trainer(recipe(random.words(1)[0]!), { seed: 1, averageDecay: 0.99 });
        return { trainer: run, networks: run.networks, batch: batch as never };
      },
      contract,
    );
  }
});
