import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { dispose } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { arrayDataset } from './dataset.js';
import { balanced, semiSupervised } from './semiSupervised.js';
import { ring } from './toys/gaussians.js';

const random = seeded(1);
const labelled = (count: number, classes = 3) =>
  arrayDataset({
    values: Float32Array.from({ length: count }, (_, index) => index),
    shape: [1],
    labels: Int32Array.from({ length: count }, (_, index) => index % classes),
    classes,
  });

describe('balanced', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('takes as many of each class, at random, the same for one seed', async () => {
    const some = balanced(labelled(90), 4, random);
    expect(some.count).toBe(12);
    expect([0, 1, 2].map((k) => some.labels!.filter((label) => label === k).length)).toEqual([4, 4, 4]);
    const x = (seed: number) => balanced(labelled(90), 4, seeded(seed)).at([0, 1, 2, 3]).x.data();
    expect(await x(1)).toEqual(await x(1));
    expect(await x(1)).not.toEqual(await x(2));
  });

  it('refuses sets without labels, or with too few of a class', async () => {
    const { labels: _, classes: __, ...bare } = labelled(9);
    await expectError(() => balanced(bare, 1, random), 'GM_LABEL', 'balanced', 'without labels');
    await expectError(() => balanced(labelled(9), 4, random), 'GM_LABEL', '3 of class 0');
    await expectError(() => balanced(labelled(9), 0, random), 'GM_OPTION', 'perClass');
  });
});

describe('semiSupervised', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const [few, many] = [labelled(6), labelled(50)];

  it('puts few labelled examples, which come round, beside many without', async () => {
    const source = semiSupervised(few, many, { batchSize: 10, random });
    expect([source.batchSize, source.batchesPerEpoch, source.classes]).toEqual([10, 5, 3]);
    const seen = new Set<number>();
    for (let step = 0; step < 5; step++) {
      const { x, labels, unlabelled } = source.at(step);
      expect([x.shape, labels.shape, unlabelled.shape]).toEqual([[6, 1], [6], [10, 1]]);
      const [values, classes] = [await x.data(), await labels.data()];
      expect([...classes]).toEqual([...values].map((value) => value % 3));
      for (const value of await unlabelled.data()) seen.add(value);
    }
    expect(seen.size).toBe(50);
  });

  it('is a function of the step, and leaks nothing', async () => {
    const source = semiSupervised(few, many, { batchSize: 10, labelled: 2, random });
    const read = async (step: number) => Promise.all(Object.values(source.at(step)).map((t) => t.data()));
    expect(await read(7)).toEqual(await read(7));
    expect(source.at(0).x.shape).toEqual([2, 1]);
    await expectNoLeak(() => void dispose(source.at(3) as never));
  });

  it('refuses sets that do not go together', async () => {
    const { labels: _, classes: __, ...bare } = few;
    await expectError(() => semiSupervised(bare, many, { batchSize: 10, random }), 'GM_LABEL');
    const points = ring({ count: 50, random });
    await expectError(() => semiSupervised(few, points, { batchSize: 10, random }), 'GM_FIT', '[2]', '[1]');
    await expectError(() => semiSupervised(few, many, { batchSize: 51, random }), 'GM_OPTION', 'batchSize');
    await expectError(() => semiSupervised(few, many, { batchSize: 10, labelled: 7, random }), 'GM_OPTION');
    expect(few.example).toEqual(spec([1]));
  });
});
