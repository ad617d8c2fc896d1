/**
 * A discriminator that tells real from generated has learned where the data are; with an output for each class it tells classes from few
 * labels. Two labels for each of two moons: the network trained on those alone, and as the discriminator of a GAN on points without labels
 * (Salimans et al. 2016, arXiv:1606.03498).
 */
import { useBackend } from '@gm/backends';
import { type Discriminator, seeded } from '@gm/core';
import { balanced, batches, epochOf, moons, semiSupervised } from '@gm/data';
import { mlpClassifier } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { correct, evaluate } from '@gm/metrics';
import { adam, classifier, semiSupervisedGan, train, trainer } from '@gm/trainers';
import type { Tensor } from '@tensorflow/tfjs-core';

export async function main({ steps = 3000, seeds = [1, 2, 3], say = console.log } = {}) {
  await useBackend();
  const found = [];
  for (const seed of seeds) {
    const accuracies = await compared(seed, steps);
    found.push(accuracies);
    say(
      `labels ${seed}: ${percent(accuracies.alone)} right by four labels alone, ${percent(accuracies.discriminator)} as a discriminator`,
    );
  }
  return found;
}

/** The same network, labels and test points for both. */
async function compared(seed: number, steps: number) {
  const points = moons({ count: 4000, random: seeded(seed) });
  const test = moons({ count: 2000, random: seeded(`test ${seed}`) });
  const few = balanced(points, 2, seeded(`labels ${seed}`));
  const network = () => mlpClassifier({ input: points.example, hidden: [64, 64], classes: 2, random: seeded(1) });
  const optimizer = () => adam({ learningRate: 1e-3, beta1: 0.5 });

  const accuracyOf = async ({ logits }: Discriminator) => {
    const { accuracy } = await evaluate(epochOf(test, { batchSize: 500 }), ({ x, labels }) => ({
      accuracy: correct(logits(x) as Tensor, labels),
    }));
    return accuracy.mean;
  };

  const pupil = network();
  const alone = trainer(classifier({ network: pupil, optimizer: optimizer() }), { seed });
  for await (const _ of train(alone, batches(few, { batchSize: few.count, random: seeded(seed) }), { steps: 600 }));

  const discriminator = network();
  const generator = mlpDecoder({ latent: 8, hidden: [64, 64], output: points.example, random: seeded(2) });
  const optimizers = { generator: optimizer(), discriminator: optimizer() };
  const game = semiSupervisedGan({ generator, discriminator, prior: standardNormal(8), optimizers });
  const run = trainer(game, { seed, averageDecay: 0.99 });
  const source = semiSupervised(few, points, { batchSize: 128, random: seeded(seed) });
  for await (const _ of train(run, source, { steps }));

  const accuracies = {
    alone: await accuracyOf(pupil),
    discriminator: await run.withAverages(() => accuracyOf(discriminator)),
  };
  for (const part of [alone, run, pupil, discriminator, generator]) part.dispose();
  return accuracies;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
