import { seeded, spec } from '@gm/core';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { adam, vae } from '@gm/trainers';

/** VAE 784-400-20 for images of that shape. */
export function autoencoder(shape) {
  const random = seeded(1);
  const encoder = mlpEncoder({ input: spec(shape, [0, 1]), hidden: [400], latent: 20, random });
  const decoder = mlpDecoder({ latent: 20, hidden: [400], output: spec(shape, 'logits'), random });
  return vae({ encoder, decoder, prior: standardNormal(20), optimizer: adam({ learningRate: 1e-3 }) });
}
