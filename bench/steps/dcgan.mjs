import { seeded, spec } from '@gm/core';
import { dcganDiscriminator } from '@gm/discriminators';
import { dcganGenerator } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { gan } from '@gm/trainers';
import { tensor4d } from '@tensorflow/tfjs-core';
import { images } from '../batches.mjs';
import { play, start } from './play.mjs';

/** The recipe's optimizers are Adam with learning rate 2e-4 and β₁ 0.5. */
export async function prepare({ threads }) {
  const device = await start(threads);
  const [random, image] = [seeded(1), spec([28, 28, 1], [-1, 1])];
  const generator = dcganGenerator({ latent: 100, output: image, channels: 64, random });
  const discriminator = dcganDiscriminator({ input: image, channels: 64, norm: 'none', random });
  const x = tensor4d(images(64, -1), [64, 28, 28, 1]);
  const game = gan({ generator, discriminator, prior: standardNormal(100) });
  return { device, ...play(game, { x }, 'discriminator/loss') };
}
