import { describe, it } from 'node:test';
import { useBackend } from '@gm/backends';
import { draw, testDiscriminator, testGenerator, testLoss, testNetwork } from '@gm/core/testing';
import { bumpDiscriminator, logCosh, polarGenerator } from '../src/index.js';

await useBackend('cpu');
const runner = { describe, it };

testNetwork(runner, 'polarGenerator', (random) => polarGenerator({ latent: 3, random }));
testGenerator(runner, 'polarGenerator', (random) => polarGenerator({ latent: 3, random }));

testNetwork(runner, 'bumpDiscriminator', (random) => bumpDiscriminator({ size: 2, bumps: 5, random }));
testDiscriminator(runner, 'bumpDiscriminator', (random) => bumpDiscriminator({ size: 2, bumps: 5, random }));

const distance = (u: number) => Math.log(Math.cosh(u));
const [real, generated] = [draw([4]), draw([4], { seed: 1 })];
testLoss(runner, 'the discriminator’s side of logCosh', (x, y) => logCosh().discriminator(x!, y!), {
  inputs: [real, generated],
  reference: (x, y) => distance(x![0]! - 1) + distance(y![0]!),
});
testLoss(runner, 'the generator’s side of logCosh', (y) => logCosh().generator(y!), {
  inputs: [generated],
  reference: (y) => distance(y![0]! - 1),
});
