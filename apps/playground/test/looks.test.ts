import { idxDirectory } from '@gm/data/node';
import { dispose, memory, tensor1d, tensor2d, tile } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Composition } from '../src/composition/composition.js';
import { judged } from '../src/engine/looks/judged.js';
import { decodeAt, map } from '../src/engine/looks/map.js';
import { plane } from '../src/engine/looks/plane.js';
import { interpolation, neighbours, reconstructions, samples } from '../src/engine/looks/samples.js';
import type { Rows } from '../src/engine/protocol.js';
import type { Session } from '../src/engine/session.js';
import { composed, DATA, small } from './inNode.js';

let session: Session;
const of = async (...which: Parameters<typeof small>) => {
  session = await composed(small(...which));
  return session;
};
/** Every look leaves as many tensors as there were. */
const looking = async <Result>(work: () => Promise<Result>) => {
  const before = memory().numTensors;
  const result = await work();
  expect(memory().numTensors).toBe(before);
  return result!;
};
const trained = async (steps: number) => {
  for (let step = 0; step < steps; step++) {
    const batch = await session.source.at(session.run.steps);
    dispose(session.run.step(batch));
    dispose(batch);
  }
};
const row = ({ values, count }: Rows, index: number) => {
  const size = values.length / count;
  return Array.from(values.slice(index * size, (index + 1) * size));
};
afterEach(() => session.dispose());

describe('looks at images', () => {
  it('always start from the same noise, as pictures in [0, 1]', async () => {
    const gan = await of('gan', 'digits');
    const [first, again] = [await looking(() => samples(gan, 6)), await looking(() => samples(gan, 6))];
    expect(first.shape).toEqual([28, 28, 1]);
    expect(first.values).toEqual(again!.values);
    expect(Math.min(...first.values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first.values)).toBeLessThanOrEqual(1);
  });

  it('go through the classes by turns where the parts are told them', async () => {
    const vae = await of('vae', 'digits', { conditional: true });
    expect((await looking(() => samples(vae, 12))).labels).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  });

  it('reconstruct training images', async () => {
    const vae = await of('vae', 'digits');
    const { inputs, outputs } = await looking(() => reconstructions(vae, 5));
    const { x } = vae.data!.at([3]);
    expect(row(inputs, 3)).toEqual(Array.from(await x.data()));
    dispose(x);
    expect([inputs.count, outputs.count, outputs.shape]).toEqual([5, 5, [28, 28, 1]]);
  });

  it('interpolate from one sample to another, ends included', async () => {
    const vae = await of('vae', 'digits');
    const all = await looking(() => samples(vae, 64));
    const between = await looking(() => interpolation(vae, 3, 40, 7));
    expect(between.count).toBe(7);
    for (const [frame, sample] of [
      [0, 3],
      [6, 40],
    ] as const)
      for (const [pixel, value] of row(between, frame).entries())
        expect(value).toBeCloseTo(row(all, sample)[pixel]!, 4);
  });

  it('lay the latent plane out with the first axis to the right and the second one up', async () => {
    const vae = await of('vae', 'digits', { latent: 3 });
    const { images, extent, side, codes } = await looking(() => map(vae, 5, [0, 2]));
    expect([images.count, extent, side, codes!.labels!.length]).toEqual([25, 3, 5, 600]);
    // The right end of the top row: both axes at 3 · 4/5.
    const corner = await looking(() => decodeAt(vae, [2.4, 2.4], [0, 2]));
    for (const [pixel, value] of row(images, 4).entries()) expect(value).toBeCloseTo(row(corner, 0)[pixel]!, 5);
  });

  it('lay out the latent plane of the class that is asked for, with codes of that class alone', async () => {
    const vae = await of('vae', 'digits', { conditional: true });
    const [three, seven] = [await looking(() => map(vae, 3, [0, 1], 3)), await looking(() => map(vae, 3, [0, 1], 7))];
    expect(row(three.images, 4)).not.toEqual(row(seven.images, 4));
    const middle = await looking(() => decodeAt(vae, [0, 0], [0, 1], 7));
    for (const [pixel, value] of row(seven.images, 4).entries()) expect(value).toBeCloseTo(row(middle, 0)[pixel]!, 5);
    expect(new Set(seven.codes!.labels)).toEqual(new Set([7]));
  });

  it('find the training image that a sample is', async () => {
    const vae = await of('vae', 'digits');
    const own = vae.data!.at([123]);
    // A decoder that knows one picture.
    const copy: Session = {
      ...vae,
      likelihood: undefined as never,
      decoder: { ...vae.decoder!, output: vae.data!.example, apply: (z) => tile(own.x, [z.shape[0]!, 1, 1, 1]) },
    };
    await trained(2);
    const { nearest, distances, step } = await looking(() => neighbours(copy, 0, 3));
    expect(step).toBe(2);
    expect(distances[0]).toBe(0);
    expect(row(nearest, 0)).toEqual(Array.from(await own.x.data()));
    expect(distances[1]).toBeGreaterThan(0);
    expect(distances[2]).toBeGreaterThanOrEqual(distances[1]!);
    dispose(own as never);
  });

  it('judge a classifier by images that it has not seen', async () => {
    const classifier = await of('classifier', 'digits', { batch: 32 });
    await trained(60);
    const test = await idxDirectory(`${DATA}digits`, { split: 'test', range: [0, 1] });
    const { accuracy, confusion, predicted, probabilities, examples } = await looking(() =>
      judged(classifier, test, 9),
    );
    expect(accuracy).toBeGreaterThan(0.6);
    expect(confusion.reduce((a, b) => a + b)).toBe(1000);
    const right = Array.from({ length: 10 }, (_, label) => confusion[11 * label]!).reduce((a, b) => a + b);
    expect(right / 1000).toBeCloseTo(accuracy, 6);
    expect([predicted.length, probabilities.length, examples.count]).toEqual([9, 9, 9]);
  });
});

describe('looks at the plane', () => {
  it('show data, samples, their density, the surface and its slope', async () => {
    const gan = await of('gan', 'ring');
    const { real, generated, density, surface, kind, gradients } = await looking(() => plane(gan));
    expect([real.count, generated!.count, gradients!.length, kind]).toEqual([600, 600, 1200, 'real']);
    expect(Math.max(...density!.values)).toBe(1);
    expect(Math.min(...surface!.values)).toBeGreaterThan(0);
    // A small step along the slope raises the logit, by the square of its length.
    const logits = async (points: Float32Array) => {
      const answer = gan.discriminator!.logits(tensor2d(points, [600, 2]));
      return answer.data();
    };
    const moved = generated!.values.map((value, at) => value + 1e-2 * gradients![at]!);
    const [before, after] = [await logits(generated!.values), await logits(moved)];
    for (let point = 0; point < 600; point++) {
      const slope = gradients!.subarray(2 * point, 2 * point + 2);
      const expected = 1e-2 * (slope[0]! ** 2 + slope[1]! ** 2);
      expect(after[point]! - before[point]!).toBeGreaterThan(0.2 * expected - 1e-5);
    }
  });

  it.each<Composition['loss']>(['least-squares', 'wasserstein', 'hinge', 'relativistic'])(
    'show scores of the loss %s about the middle between real and generated points',
    async (loss) => {
      const gan = await of('gan', 'ring', { loss });
      await trained(20);
      const { real, generated, surface, kind } = await looking(() => plane(gan));
      expect(kind).toBe('score');
      const scores = async (points: Float32Array) =>
        gan.discriminator!.logits(tensor2d(points, [points.length / 2, 2])).data();
      const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / values.length;
      const middle = (mean(await scores(real.values)) + mean(await scores(generated!.values))) / 2;
      const { size, extent, values } = surface!;
      const cells = Float32Array.from({ length: 2 * size * size }, (_, at) => {
        const cell = Math.floor(at / 2);
        const [line, column] = [Math.floor(cell / size), cell % size];
        return at % 2 === 0 ? extent * ((2 * column + 1) / size - 1) : -extent * ((2 * line + 1) / size - 1);
      });
      const found = await scores(cells);
      const farthest = Math.max(...Array.from(found, (score) => Math.abs(score - middle)));
      for (const [at, score] of found.entries())
        expect(values[at]).toBeCloseTo(0.5 + (score - middle) / (2 * farthest), 4);
    },
  );

  it('show what a conditional discriminator makes of one class, and pull each sample as one of its own', async () => {
    const gan = await of('gan', 'moons', { conditional: true });
    await trained(5);
    const { surface, label, kind, gradients, generated } = await looking(() => plane(gan));
    expect([label, kind, gradients!.length]).toEqual([0, 'real', 1200]);
    const told = (x: number, y: number, condition: number) =>
      gan.discriminator!.logits(tensor2d([x, y], [1, 2]), { condition: tensor1d([condition], 'int32') }).dataSync()[0]!;
    const { size, extent, values } = surface!;
    const edge = extent * (1 / size - 1); // the first cell: left in the top row
    expect(values[0]).toBeCloseTo(1 / (1 + Math.exp(-told(edge, -edge, 0))), 5);
    for (const sample of [0, 1]) {
      const [x, y] = row(generated!, sample) as [number, number];
      const slope = (told(x + 1e-2, y, sample) - told(x - 1e-2, y, sample)) / 2e-2;
      expect(gradients![2 * sample]).toBeCloseTo(slope, 1);
    }
  });

  it('show the classes of a classifier', async () => {
    const classifier = await of('classifier', 'moons');
    await trained(100);
    const { surface, kind, real } = await looking(() => plane(classifier));
    expect(kind).toBe('class');
    const { size, extent, values } = surface!;
    const cell = (value: number) =>
      Math.min(size - 1, Math.max(0, Math.floor(((value + extent) / (2 * extent)) * size)));
    const right = Array.from({ length: real.count }, (_, index) => {
      const [x, y] = row(real, index) as [number, number];
      return Math.floor(values[(size - 1 - cell(y)) * size + cell(x)]!) === real.labels![index] ? 1 : 0;
    }).reduce<number>((a, b) => a + b, 0);
    expect(right / real.count).toBeGreaterThan(0.8);
  });

  it.each<Composition['system']>(['vae', 'adversarial-autoencoder'])('of a %s has no surface', async (system) => {
    const own = await of(system, 'moons');
    const { surface, generated } = await looking(() => plane(own));
    expect(surface).toBeUndefined();
    expect(generated).toBeDefined();
  });
});
