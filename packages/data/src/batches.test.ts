import { fc, it as property } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { expectNoLeak } from '@gm/core/testing';
import { dispose, mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Batches, batches, epochOf } from './batches.js';
import { arrayDataset } from './dataset.js';
import { binarize, type Transform } from './transform.js';

/** Examples whose x is their number. */
const numbered = (count: number) =>
  arrayDataset({
    values: Float32Array.from({ length: count }, (_, index) => index),
    shape: [1],
    labels: Int32Array.from({ length: count }, (_, index) => index % 10),
    classes: 10,
  });

const random = seeded(5);

async function numbersAt(source: Batches<{ x: Tensor }>, step: number): Promise<number[]> {
  const batch = source.at(step);
  const numbers = [...(await batch.x.data())];
  dispose(batch as never);
  return numbers;
}

async function epochNumbers(source: Batches<{ x: Tensor }>, epoch: number): Promise<number[]> {
  const steps = Array.from({ length: source.batchesPerEpoch }, (_, index) => epoch * source.batchesPerEpoch + index);
  return (await Promise.all(steps.map((step) => numbersAt(source, step)))).flat();
}

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

describe.each(['cpu', 'wasm'] as const)('batches on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('say what they are', () => {
    const source = batches(numbered(25), { batchSize: 10, random });
    expect(source).toMatchObject({ example: { shape: [1] }, classes: 10, batchSize: 10, batchesPerEpoch: 2 });
    expect(batches(numbered(25), { batchSize: 10, random, dropLast: false }).batchesPerEpoch).toBe(3);
  });

  it('keep labels with their examples', async () => {
    const { x, labels } = batches(numbered(50), { batchSize: 50, random }).at(3);
    expect([...(await labels.data())]).toEqual([...(await x.data())].map((number) => number % 10));
    expect(labels.dtype).toBe('int32');
    dispose([x, labels]);
  });

  it('are the same however often and in whatever order they are asked for', async () => {
    const fresh = () => batches(numbered(30), { batchSize: 4, random: seeded(9) });
    const source = fresh();
    const steps = [0, 1, 20, 7, 6, 0, 20, 1, 13];
    for (const step of steps) expect(await numbersAt(source, step)).toEqual(await numbersAt(fresh(), step));
  });

  it('do not depend on what else is drawn from the stream, nor advance it', async () => {
    const stream = seeded(9);
    const source = batches(numbered(30), { batchSize: 4, random: stream });
    const before = await numbersAt(source, 11);
    stream.words(100);
    const { state } = stream;
    expect(await numbersAt(source, 11)).toEqual(before);
    expect(stream.state).toEqual(state);
  });

  it('shuffle anew in every epoch, differently under another seed', async () => {
    const source = batches(numbered(100), { batchSize: 10, random });
    expect(await epochNumbers(source, 0)).not.toEqual(await epochNumbers(source, 1));
    const other = batches(numbered(100), { batchSize: 10, random: seeded(6) });
    expect(await epochNumbers(source, 0)).not.toEqual(await epochNumbers(other, 0));
  });

  it('keep the order without shuffle, and need no stream then', async () => {
    const source = batches(numbered(7), { batchSize: 3, shuffle: false, dropLast: false });
    expect(await epochNumbers(source, 4)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await numbersAt(source, 2)).toEqual([6]);
  });

  it('leave out a batch that is not full, of other examples in each epoch', async () => {
    const source = batches(numbered(11), { batchSize: 4, random });
    const seen = await Promise.all(Array.from({ length: 30 }, (_, epoch) => epochNumbers(source, epoch)));
    expect(seen.every((numbers) => numbers.length === 8)).toBe(true);
    expect(new Set(seen.flat()).size).toBe(11);
  });

  it('reach steps that no run will ever reach', async () => {
    const source = batches(numbered(20), { batchSize: 10, random });
    expect((await numbersAt(source, 2 ** 52)).length).toBe(10);
  });

  it('draw binarised pixels anew in every step, and again the same in the same step', async () => {
    const grey = arrayDataset({ values: new Float32Array(1000).fill(0.5), shape: [10], range: [0, 1] });
    const source = batches(grey, { batchSize: 100, random, transform: binarize });
    const [first, again, next] = [await numbersAt(source, 0), await numbersAt(source, 0), await numbersAt(source, 1)];
    expect(first).toEqual(again);
    expect(first).not.toEqual(next);
  });

  it('carry the spec of what the transform makes', async () => {
    const halve: Transform = {
      example: (before) => ({ ...before, range: [0, 4.5] }),
      apply: (x) => mul(x, 0.5),
    };
    const source = batches(numbered(10), { batchSize: 5, random, transform: halve });
    expect(source.example.range).toEqual([0, 4.5]);
    await expectNoLeak(() => source.at(0));
  });

  it('leave no tensor behind but those of the batch', async () => {
    const source = batches(numbered(10), { batchSize: 5, random });
    await expectNoLeak(() => source.at(1));
  });
});

describe('the sampler', () => {
  beforeAll(() => useBackend('cpu'));

  property.prop([
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 250 }),
    fc.integer({ min: 0, max: 1000 }),
    fc.integer(),
  ])('gives every example exactly once in every epoch', async (count, batchSize, epoch, seed) => {
    const source = batches(numbered(count), { batchSize, random: seeded(seed), dropLast: false });
    expect(ascending(await epochNumbers(source, epoch))).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('puts every example everywhere equally often', async () => {
    const source = batches(numbered(5), { batchSize: 5, random });
    const counts = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0]);
    for (let epoch = 0; epoch < 4000; epoch++) {
      const numbers = await numbersAt(source, epoch);
      for (const [place, number] of numbers.entries()) counts[place]![number]! += 1;
    }
    // 800 expected; the standard deviation of each count is √(4000 · 0.2 · 0.8) ≈ 25.
    expect(counts.flat().every((count) => Math.abs(count - 800) < 130)).toBe(true);
  });
});

describe('batches refuse', () => {
  it('a batch size that is none, or is more than there is', () => {
    for (const batchSize of [0, 2.5, 11, Number.NaN]) {
      expect(() => batches(numbered(10), { batchSize, random })).toThrow(
        `batches: expected batchSize to be a whole number of at least 1 and of at most 10, received ${batchSize}. Give batchSize such a number.`,
      );
    }
  });

  it('to shuffle or transform without a stream', () => {
    expect(() => batches(numbered(10), { batchSize: 5 })).toThrow(
      'batches: expected random for shuffle, received none. Pass random: seeded(1), or another seed.',
    );
    const grey = arrayDataset({ values: new Float32Array(10), shape: [1], range: [0, 1] });
    expect(() => batches(grey, { batchSize: 5, shuffle: false, transform: binarize })).toThrow(
      expect.objectContaining({ code: 'GM_RANDOM' }),
    );
  });

  it('a step that is none', () => {
    const source = batches(numbered(10), { batchSize: 5, random });
    for (const step of [-1, 0.5, Number.NaN, Infinity]) {
      expect(() => source.at(step)).toThrow(`received ${step}. Give step such a number.`);
    }
  });

  it('a transform that cannot take the examples, before the first step', () => {
    expect(() => batches(numbered(10), { batchSize: 5, random, transform: binarize })).toThrow(
      'binarize: expected examples in [0, 1], which are probabilities, received unbounded. Read the images with range: [0, 1].',
    );
  });

  it('a set without examples', () => {
    const empty = { ...numbered(1), count: 0 };
    expect(() => batches(empty, { batchSize: 1, random })).toThrow(
      'batches: expected at least one example, received none.',
    );
    expect(() => epochOf(empty, { batchSize: 1 })).toThrow('epochOf: expected at least one example, received none.');
  });
});

describe('epochOf', () => {
  beforeAll(() => useBackend('cpu'));

  const pass = async (epoch: Iterable<{ x: Tensor }>) => {
    const found: number[][] = [];
    for (const { x } of epoch) found.push([...(await x.data())]);
    return found;
  };

  it('gives every example in order, the last batch with what is left, as often as one likes', async () => {
    const epoch = epochOf(numbered(7), { batchSize: 3 });
    const expected = [[0, 1, 2], [3, 4, 5], [6]];
    expect(await pass(epoch)).toEqual(expected);
    expect(await pass(epoch)).toEqual(expected);
  });

  it('may have one batch that is not full', async () => {
    expect(await pass(epochOf(numbered(3), { batchSize: 100 }))).toEqual([[0, 1, 2]]);
  });

  it('draws the same in every pass', async () => {
    const grey = arrayDataset({ values: new Float32Array(100).fill(0.5), shape: [1], range: [0, 1] });
    const epoch = epochOf(grey, { batchSize: 30, transform: binarize, random });
    const first = await pass(epoch);
    expect(await pass(epoch)).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  it('refuses a batch size that is none, and a transform without a stream', () => {
    expect(() => epochOf(numbered(3), { batchSize: 0 })).toThrow(
      'epochOf: expected batchSize to be a whole number of at least 1, received 0.',
    );
    const grey = arrayDataset({ values: new Float32Array(2), shape: [1], range: [0, 1] });
    expect(() => epochOf(grey, { batchSize: 1, transform: binarize })).toThrow(
      'epochOf: expected random for transform, received none.',
    );
  });
});
