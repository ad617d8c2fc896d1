import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { dense, relu, sequential } from '@gm/networks';
import { train, trainer, vae } from '@gm/trainers';
import { tensor } from '@tensorflow/tfjs-core';

console.log(await useBackend('wasm'));
const random = seeded(1),
  input = spec([784], [0, 1]);
const encoder = mlpEncoder({ input, hidden: [400], latent: 20, random });
const decoder = sequential(spec([20]), dense({ units: 400, random }), relu(), dense({ units: 784, random }));
const run = trainer(vae({ encoder, decoder, prior: standardNormal(20) }));
const data = {
  example: input,
  batchSize: 128,
  batchesPerEpoch: 469,
  at: (s) => ({ x: tensor(seeded(s).uniforms(128 * 784), [128, 784]) }),
};
for await (const e of train(run, data, { steps: 60, reportEvery: 20 }))
  if (e.type === 'report')
    console.log(e.step, e.metrics['autoencoder/loss'], (128000 / e.examplesPerSecond).toFixed(1) + ' ms/step');
