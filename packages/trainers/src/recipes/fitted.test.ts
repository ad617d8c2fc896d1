import { useBackend } from '@gm/backends';
import { type Network, type Prior, seeded, spec } from '@gm/core';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { fitGaussianMixture, type GaussianEncoder, mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, ring, trainFor } from '../../test/parts.js';
import { adam, trainer, vae } from '../index.js';

const plane = spec([2]);
const latent = 2;

/** A VAE of the ring whose codes are hardly bound to its prior. */
function loose(seed: number) {
  const random = seeded(seed);
  const encoder = mlpEncoder({ input: plane, hidden: [16], latent, random });
  const decoder = mlpDecoder({ latent, hidden: [16], output: plane, random });
  const parts = { encoder, decoder, prior: standardNormal(latent), likelihood: gaussianLikelihood({ scale: 0.2 }) };
  return trainer(vae({ ...parts, beta: 0.1, optimizer: adam({ learningRate: 5e-3 }) }), { seed: 1 });
}

/** The means of what an encoder says of fresh examples. */
async function codesOf(encoder: GaussianEncoder) {
  const { mean } = encoder.encode((await ring(400).at(1000)).x);
  return { values: (await mean.data()) as Float32Array, size: latent };
}

/** Mean distance of 400 samples from the nearest of the eight places of the ring. */
async function distanceFrom(decoder: Network, prior: Prior): Promise<number> {
  const points = await fromDecoder(decoder, prior).sample(400, seeded('z')).data();
  const gaps = Array.from({ length: 400 }, (_, row) => {
    const [x, y] = [points[2 * row]!, points[2 * row + 1]!];
    const angle = (Math.round(Math.atan2(y, x) / (Math.PI / 4)) * Math.PI) / 4;
    return Math.hypot(x - Math.cos(angle), y - Math.sin(angle));
  });
  return gaps.reduce((total, gap) => total + gap) / 400;
}

describe.each(['cpu', 'wasm'] as const)('a mixture fitted to the codes of a trained encoder, on %s,', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(['diagonal', 'full'] as const)(
    '%s, draws samples half as far from the data as the prior',
    async (covariance) => {
      const run = loose(1);
      await trainFor(run, 300);
      const { encoder, decoder } = run.networks as { encoder: GaussianEncoder; decoder: Network };
      const codes = await codesOf(encoder);
      const fitted = fitGaussianMixture(codes, { components: 8, covariance, random: seeded(2) });
      const of = await distanceFrom(decoder, fitted);
      const prior = await distanceFrom(decoder, standardNormal(latent));
      expect(of).toBeLessThan(0.5 * prior);
      disposeAll(run);
    },
  );
});
