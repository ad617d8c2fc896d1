import { describe, it } from 'node:test';
import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { mlpDiscriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { gan, vae } from '@gm/trainers';
import { bumpDiscriminator, logCosh, polarGenerator } from '../src/index.js';
import { takesSteps } from './steps.js';

await useBackend('wasm');
const [point, hidden, random, prior] = [spec([2]), [16], seeded(1), standardNormal(3)];
const theirs = {
  generator: () => polarGenerator({ latent: 3, random }),
  discriminator: () => bumpDiscriminator({ size: 2, bumps: 16, random }),
};
const ours = {
  generator: () => mlpDecoder({ latent: 3, hidden, output: point, random }),
  discriminator: () => mlpDiscriminator({ input: point, hidden, random }),
};

describe('parts of two authors', () => {
  it('train as a GAN: their generator, our discriminator', () =>
    takesSteps(gan({ generator: theirs.generator(), discriminator: ours.discriminator(), prior })));

  it('train as a GAN: our generator, their discriminator and loss', () =>
    takesSteps(gan({ generator: ours.generator(), discriminator: theirs.discriminator(), prior, loss: logCosh() })));

  it('train as a VAE: our encoder, their decoder', () => {
    const encoder = mlpEncoder({ input: point, hidden, latent: 3, random });
    return takesSteps(vae({ encoder, decoder: theirs.generator(), prior, likelihood: gaussianLikelihood() }));
  });
});
