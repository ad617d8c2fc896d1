/** Prints a hash of every recipe's whole state after 200 steps on wasm; a process of its own, on the built packages. */
import { createHash } from 'node:crypto';
import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { mlpClassifier, mlpDiscriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { classifier, encodeCheckpoint, gan, iwae, lsgan, train, trainer, vae, vaeGan } from '@gm/trainers';
import { tensor } from '@tensorflow/tfjs-core';

await useBackend('wasm');
const [plane, hidden, latent, prior] = [spec([2]), [16], 2, standardNormal(2)];
const random = () => seeded('parts');
const adversaries = () => ({
  generator: mlpDecoder({ latent, hidden, output: plane, random: random() }),
  discriminator: mlpDiscriminator({ input: plane, hidden, random: random() }),
  prior,
});
const encoder = () => mlpEncoder({ input: plane, hidden, latent, random: random() });
const decoder = () => mlpDecoder({ latent, hidden, output: plane, random: random() });
const games = {
  vae: () => vae({ encoder: encoder(), decoder: decoder(), prior, likelihood: gaussianLikelihood() }),
  iwae: () => iwae({ encoder: encoder(), decoder: decoder(), prior, likelihood: gaussianLikelihood() }),
  gan: () => gan(adversaries()),
  lsgan: () => lsgan(adversaries()),
  vaeGan: () => vaeGan({ encoder: encoder(), ...adversaries() }),
  classifier: () => classifier({ network: mlpClassifier({ input: plane, hidden, classes: 2, random: random() }) }),
};
const batches = {
  example: plane,
  classes: 2,
  batchSize: 32,
  batchesPerEpoch: 10,
  at(step) {
    const x = seeded('data').split(step).normals(64);
    const labels = Array.from({ length: 32 }, (_, row) => Number(x[2 * row] > 0));
    return { x: tensor(x, [32, 2]), labels: tensor(labels, [32], 'int32') };
  },
};
for (const [name, game] of Object.entries(games)) {
  const run = trainer(game(), { seed: 5, averageDecay: 0.99 });
  for await (const _ of train(run, batches, { steps: 200 }));
  console.log(
    name,
    createHash('sha256')
      .update(await encodeCheckpoint(run))
      .digest('hex'),
  );
}
