import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { toy } from '@gm/data';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { elboParts } from '@gm/metrics';
import { mean, neg } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundsOf } from './evaluation.js';

beforeAll(() => useBackend('cpu'));

describe('the bounds of an autoencoder', () => {
  it('carry what they are told, their counts, and how they were drawn', async () => {
    const random = seeded(1);
    const point = spec([2]);
    const encoder = mlpEncoder({ input: point, hidden: [4], latent: 2, random });
    const decoder = mlpDecoder({ latent: 2, hidden: [4], output: point, random });
    const autoencoder = { encoder, decoder, prior: standardNormal(2), likelihood: gaussianLikelihood({ scale: 1 }) };
    const dataset = toy('ring', { count: 40, random });
    const flags = { importance: 5, examples: 30, seed: 7, binarize: false, protocol: { data: 'ring', split: 'test' } };
    const found = await boundsOf(autoencoder, dataset, flags);
    const told = { data: 'ring', split: 'test', seed: 7, binarisation: 'none' };
    expect(found.negativeElbo.protocol).toEqual({ ...told, metric: 'negativeElbo', samples: 1, count: 40 });
    expect(found.negativeBound.protocol).toEqual({ ...told, metric: 'negativeBound', K: 5, examples: 30 });
    expect(found.negativeElbo.standardError).toBeGreaterThan(0);
    expect(found).toMatchObject({ importance: 5, examples: 40, boundExamples: 30 });

    // The same draws by hand: the numbers are those of before they had a protocol.
    const { x } = dataset.at(Array.from({ length: 40 }, (_, index) => index));
    const { elbo } = elboParts({ ...autoencoder, x, random: seeded(7).split('elbo') });
    expect(found.negativeElbo.value).toBeCloseTo((await mean(neg(elbo)).data())[0]!, 4);
    const { negativeElbo, reconstruction, divergence } = found;
    expect(negativeElbo.value).toBeCloseTo(reconstruction.value + divergence.value, 4);
    for (const part of [encoder, decoder]) part.dispose();
  });
});
