import { tensor2d } from '@tensorflow/tfjs-core';
import { images } from '../batches.mjs';
import { autoencoder } from './autoencoder.mjs';
import { play, start } from './play.mjs';

export async function prepare({ threads }) {
  const device = await start(threads);
  return { device, ...play(autoencoder([784]), { x: tensor2d(images(128), [128, 784]) }, 'autoencoder/loss') };
}
