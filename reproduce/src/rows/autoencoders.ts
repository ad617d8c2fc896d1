import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seeded, spec } from '@gm/core';
import { batches, binarize } from '@gm/data';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { bernoulli } from '@gm/losses';
import { tanh } from '@gm/networks';
import { adam, cosine, iwae, linear, vae } from '@gm/trainers';
import { type Nats, negativeBound } from '../likelihood.js';
import { mnist } from '../mnist.js';
import type { Row, Sitting } from '../row.js';
import { trained } from '../training.js';

const [BATCH, HIDDEN, LATENT, SEED, STEPS, DRAWS] = [100, [200, 200], 50, 1, 150_000, 5];
/** As many draws of z with five for each example as row `vae` has with one. */
const SHORT = STEPS / DRAWS;

/** One stochastic layer, as in Burda et al.; 250 epochs of batches of 100 where the paper has 3,280 of batches of 20. */
export const variational: Row = {
  name: 'vae',
  title: 'VAE 784-200-200-50 on MNIST, binarised anew for every batch: −L_5000 of the test split, nats',
  async run(sitting) {
    const found = await measured({ name: 'vae', steps: STEPS, samples: 1 }, sitting);
    return [
      {
        figure: 'VAE, k = 1, −L_5000, nats',
        reference: '86.76 after 3,280 epochs (Burda et al. 2016, table 1)',
        ours: inNats(found),
        wanted: '≤ 92 within 30 minutes',
        kept: found.mean <= 92 && found.seconds <= 1800,
        seeds: [SEED],
        steps: STEPS,
        seconds: found.seconds,
      },
    ];
  },
};

/**
 * The same network. Beside it a VAE of as many steps, which has seen the same examples; and that of row `vae`, from its own folder, of as
 * many draws of z, which had five times as many steps.
 */
export const importanceWeighted: Row = {
  name: 'iwae',
  title:
    'IWAE, k = 5, on the network of row vae, and VAEs of as many steps, and of as many draws: −L_5000 of the test split, nats',
  async run(sitting) {
    const beside = join(sitting.folder, '..', variational.name);
    mkdirSync(beside, { recursive: true });
    const long = await measured({ name: 'vae', steps: STEPS, samples: 1 }, { ...sitting, folder: beside });
    const found = await measured({ name: 'iwae', steps: SHORT, samples: DRAWS }, sitting);
    const plain = await measured({ name: 'vae', steps: SHORT, samples: 1 }, sitting);
    return [
      {
        figure: `IWAE, k = ${DRAWS}, −L_5000, nats, ${((SHORT * BATCH) / 1e6).toFixed(0)} million examples for either`,
        reference: '85.54, 1.22 below the VAE (Burda et al. 2016, table 1, as many epochs for either)',
        ours: `${inNats(found)}; VAE ${inNats(plain)}, ${below(plain, found)}; VAE of as many draws of z ${inNats(long)}, ${below(long, found)}`,
        wanted: 'at least 0.5 below the VAE of as many examples',
        kept: plain.mean - found.mean >= 0.5,
        seeds: [SEED],
        steps: SHORT,
        seconds: found.seconds,
      },
    ];
  },
};

async function measured(
  { name, steps, samples }: { name: string; steps: number; samples: number },
  sitting: Sitting,
): Promise<Nats & { seconds: number }> {
  const [train, test] = [await mnist('train'), await mnist('test')];
  const random = seeded(SEED);
  const encoder = mlpEncoder({ input: train.example, hidden: HIDDEN, latent: LATENT, activation: tanh, random });
  const output = spec(train.example.shape, 'logits');
  const decoder = mlpDecoder({ latent: LATENT, hidden: HIDDEN, output, activation: tanh, random });
  const prior = standardNormal(LATENT);
  const optimizer = adam({ learningRate: cosine({ from: 1e-3, to: 1e-5, steps }), epsilon: 1e-4 });
  const beta = linear({ from: 0, to: 1, steps: Math.round(steps / 20) });
  const parts = { encoder, decoder, prior, optimizer };
  const { run, seconds } = await trained(
    {
      name,
      game: samples === 1 ? vae({ ...parts, beta }) : iwae({ ...parts, samples }),
      batches: batches(train, { batchSize: BATCH, random: random.split('batches'), transform: binarize }),
      steps,
      options: { seed: SEED, averageDecay: 0.999 },
    },
    sitting,
  );
  const model = { encoder, decoder, prior, likelihood: bernoulli() };
  const nats = await run.withAverages(() => negativeBound(model, test, { samples: 5000, name }, sitting));
  run.dispose();
  encoder.dispose();
  decoder.dispose();
  return { ...nats, seconds };
}

/** How far the second is below the first. */
function below(first: Nats, second: Nats): string {
  const nats = first.mean - second.mean;
  return `${Math.abs(nats).toFixed(2)} ${nats > 0 ? 'below' : 'above'} it`;
}

function inNats({ mean, standardError }: Nats): string {
  return `${mean.toFixed(2)} ± ${standardError.toFixed(2)}`;
}
