import { useBackend } from '@gm/backends';
import { type Examples, seeded, spec } from '@gm/core';
import { gaussianEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { network } from '@gm/networks';
import { add, clone, concat, mul, tensor, zerosLike } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { fittedGenerator } from './fitted.js';

const plane = spec([2]);
/** 12,000 points, the later half of them far from the earlier. */
const points = {
  count: 12_000,
  example: plane,
  at: (places: ArrayLike<number>): Examples => {
    const rows = Array.from(places, (place) => {
      const [x, y] = seeded('points').split(place).normals(2);
      return place < 6000 ? [0.1 * x!, 0.1 * y!] : [8 + 0.1 * x!, 0.1 * y!];
    });
    return { x: tensor(rows) };
  },
};

describe('a generator of codes that are fitted afterwards', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('draws where the encoder puts the data, all of them', async () => {
    const shift = network({
      name: 'shift',
      input: plane,
      output: spec([4]),
      apply: (x) => concat([add(x, 5), zerosLike(x)], 1),
    });
    const autoencoder = {
      encoder: gaussianEncoder(shift),
      decoder: network({ name: 'same', input: plane, output: plane, apply: (z) => clone(mul(z, 1)) }),
      prior: standardNormal(2),
      likelihood: gaussianLikelihood(),
    };
    const generator = await fittedGenerator(autoencoder, points, { components: 2, seed: 1 });
    const drawn = (await generator.sample(300, seeded(2)).array()) as [number, number][];
    const near = (x: number) => drawn.filter((row) => Math.hypot(row[0] - x, row[1] - 5) < 0.6).length;
    expect(near(5) + near(13)).toBe(300);
    expect(near(5)).toBeGreaterThan(100);
    expect(near(13)).toBeGreaterThan(100);
  });
});
