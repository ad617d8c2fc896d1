import { useBackend } from '@gm/backends';
import { type Examples, seeded } from '@gm/core';
import { epochOf, take } from '@gm/data';
import {
  calibration,
  correct,
  evaluate,
  featuresOf,
  fld,
  frechetDistance,
  type Lenet,
  manifoldMeasures,
} from '@gm/metrics';
import { readLenet } from '@gm/metrics/node';
import { softmax, type Tensor2D, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mnist } from '../src/mnist.js';
import { corruptions } from './corruptions.js';

const SEVERITIES = [0.2, 0.4, 0.6, 0.8, 1];
const [COUNT, SIZE] = [1000, 28];

describe('the LeNet of @gm/metrics on the test split of MNIST', () => {
  let lenet: Lenet;
  let pixels: Float32Array;

  beforeAll(async () => {
    await useBackend('wasm');
    lenet = await readLenet();
    const { x } = take(await mnist('test'), COUNT).at(Array.from({ length: COUNT }, (_, index) => index));
    pixels = (await x.data()) as Float32Array;
  });

  it('is right in at least 99 of 100, and its probabilities can be believed', async () => {
    const test = await mnist('test');
    const { accuracy } = await evaluate(epochOf(test, { batchSize: 500 }), ({ x, labels }) => ({
      accuracy: correct(lenet.apply(x), labels),
    }));
    expect(accuracy.mean).toBeGreaterThanOrEqual(0.99);
    const all = test.at(Array.from({ length: test.count }, (_, index) => index));
    const probabilities = await softmax(lenet.apply(all.x) as Tensor2D).data();
    const { expectedError, negativeLogLikelihood } = calibration(probabilities, await all.labels.data());
    expect(expectedError).toBeLessThan(0.01);
    expect(negativeLogLikelihood).toBeLessThan(0.05);
  });

  const batchesOf = function* (images: Float32Array): Generator<Examples> {
    for (let from = 0; from < images.length; from += 250 * SIZE * SIZE) {
      yield { x: tensor(images.subarray(from, from + 250 * SIZE * SIZE), [250, SIZE, SIZE, 1]) };
    }
  };

  it.each(Object.entries(corruptions))('sees images go worse with %s, step by step', async (_, corrupt) => {
    const clean = await featuresOf(lenet.features, batchesOf(pixels));
    const distances: number[] = [];
    for (const severity of SEVERITIES) {
      const random = seeded('corruption');
      const drawn = random.uniforms(COUNT * 3 * SIZE * SIZE);
      let at = 0;
      const spoiled = new Float32Array(pixels.length);
      for (let image = 0; image < COUNT; image++) {
        at = image * 3 * SIZE * SIZE;
        const one = pixels.slice(image * SIZE * SIZE, (image + 1) * SIZE * SIZE);
        spoiled.set(
          corrupt(one, SIZE, severity, () => drawn[at++]!),
          image * SIZE * SIZE,
        );
      }
      distances.push(frechetDistance(clean, await featuresOf(lenet.features, batchesOf(spoiled))));
    }
    for (const [index, distance] of distances.entries()) expect(distance).toBeGreaterThan(distances[index - 1] ?? 0);
  });

  it('puts real beside real digits, near zero, and says how it was measured', async () => {
    const test = await mnist('test');
    const half = (part: number): Iterable<Examples> => ({
      *[Symbol.iterator](): Generator<Examples> {
        for (let from = part; from < test.count; from += 1000)
          yield { x: test.at(Array.from({ length: 500 }, (_, index) => from + 2 * index)).x };
      },
    });
    const [real, generated] = [half(0), half(1)];
    const measured = await fld({ lenet, real, generated, protocol: { split: 'test' } });
    expect(measured.protocol).toEqual({
      metric: 'FLD',
      network: lenet.hash,
      real: 5000,
      generated: 5000,
      split: 'test',
    });
    const spoiled = await featuresOf(lenet.features, batchesOf(pixels.map((value) => 1 - value)));
    expect(measured.value).toBeLessThan(
      0.01 * frechetDistance(await featuresOf(lenet.features, batchesOf(pixels)), spoiled),
    );
    const [a, b] = [await featuresOf(lenet.features, half(0)), await featuresOf(lenet.features, half(1))];
    const part = (rows: typeof a) => ({ ...rows, values: rows.values.slice(0, 1000 * rows.size), count: 1000 });
    const { precision, recall, density, coverage } = manifoldMeasures({ real: part(a), generated: part(b) });
    for (const share of [precision, recall, coverage]) expect(share).toBeGreaterThan(0.8);
    expect(Math.abs(density - 1)).toBeLessThan(0.2);
  });
});
