/** A loss of one's own is an object with two functions of logits. Here: hinges that are squared, beside the loss of the first GANs. */
import { useBackend } from '@gm/backends';
import { type AdversarialLoss, seeded, spec } from '@gm/core';
import { batches, ring } from '@gm/data';
import { mlpDiscriminator } from '@gm/discriminators';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { nonSaturating } from '@gm/losses';
import { adam, gan, train, trainer } from '@gm/trainers';
import { add, neg, relu, square, sub, tidy } from '@tensorflow/tfjs-core';

/**
 * The squared hinge: like `hinge`, with a slope that fades where the margin is kept.
 *
 *   discriminator  max(0, 1 − d(x))² + max(0, 1 + d(G(z)))²
 *   generator      −d(G(z))
 */
export const squaredHinge: AdversarialLoss = {
  prediction: 'unbounded',
  discriminator: (real, generated) => tidy(() => add(square(relu(sub(1, real))), square(relu(add(1, generated))))),
  generator: (generated) => neg(generated),
};

export async function main({ steps = 3000, say = console.log } = {}) {
  await useBackend();
  const losses = { squaredHinge, nonSaturating: nonSaturating() };
  const found: Record<keyof typeof losses, Found> = {} as never;
  for (const [name, loss] of Object.entries(losses) as [keyof typeof losses, AdversarialLoss][]) {
    found[name] = await trained(loss, steps);
    const { places, near } = found[name];
    say(`${name}: ${places} of 8 places found, ${Math.round(100 * near)} % of the samples are in one`);
  }
  return found;
}

export interface Found {
  /** Of the eight Gaussians, how many have two percent of the samples or more. */
  readonly places: number;
  /** The share of samples within a fifth of one's middle. */
  readonly near: number;
}

/** The same parts, seed and data for every loss. */
async function trained(loss: AdversarialLoss, steps: number): Promise<Found> {
  const [random, point, hidden, prior] = [seeded(2), spec([2]), [64, 64], standardNormal(8)];
  const generator = mlpDecoder({ latent: 8, hidden, output: point, random });
  const discriminator = mlpDiscriminator({ input: point, hidden, random });
  const optimizer = () => adam({ learningRate: 1e-3, beta1: 0.5 });
  const optimizers = { generator: optimizer(), discriminator: optimizer() };
  const run = trainer(gan({ generator, discriminator, prior, loss, optimizers }), { seed: 1, averageDecay: 0.998 });
  const source = batches(ring({ count: 4096, random }), { batchSize: 128, random });
  for await (const _ of train(run, source, { steps }));
  const samples = await run.withAverages(() => fromDecoder(generator, prior).sample(1000, seeded('samples')));
  const values = await samples.data();
  for (const part of [samples, run, generator, discriminator]) part.dispose();
  return placesOf(values);
}

function placesOf(values: ArrayLike<number>): Found {
  const counts = new Array<number>(8).fill(0);
  for (let at = 0; at < values.length; at += 2) {
    const [x, y] = [values[at]!, values[at + 1]!];
    const place = (Math.round((Math.atan2(y, x) / (2 * Math.PI)) * 8) + 8) % 8;
    const angle = (place / 8) * 2 * Math.PI;
    if (Math.hypot(x - 2 * Math.cos(angle), y - 2 * Math.sin(angle)) < 0.2) counts[place]! += 1;
  }
  const count = values.length / 2;
  return { places: counts.filter((one) => one >= 0.02 * count).length, near: counts.reduce((a, b) => a + b) / count };
}
