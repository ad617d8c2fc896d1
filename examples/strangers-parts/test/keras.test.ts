import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { discriminator } from '@gm/discriminators';
import { standardNormal } from '@gm/latent';
import { dense, fromLayersModel } from '@gm/networks';
import { gan } from '@gm/trainers';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { polarGenerator } from '../src/index.js';
import { takesSteps } from './steps.js';

await useBackend('wasm');

/** The two files of a converted model, from the root of this package. */
async function readModel() {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile('keras/model.json', 'utf8'));
  const weightData = Uint8Array.from(await readFile('keras/weights.bin')).buffer;
  return loadLayersModel({
    load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  });
}

it('trains a discriminator whose body is a model in the format of the Keras converter', async () => {
  const random = seeded(1);
  const body = fromLayersModel(await readModel());
  const critic = discriminator({ body, head: dense({ units: 1, random }) });
  const kernel = critic.parameters['body/0/kernel']!;
  const before = await kernel.data();
  await takesSteps(
    gan({ generator: polarGenerator({ latent: 3, random }), discriminator: critic, prior: standardNormal(3) }),
  );
  assert.notDeepEqual(await kernel.data(), before);
});
