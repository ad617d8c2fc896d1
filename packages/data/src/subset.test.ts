import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from './dataset.js';
import { split, subset, take } from './subset.js';

beforeAll(() => useBackend('cpu'));

const values = Float32Array.from({ length: 10 }, (_, index) => index);
const labels = Int32Array.from(values, (value) => value % 3);
const dataset = arrayDataset({ values, shape: [1], labels });

const rowsOf = async (set: Dataset) => [
  ...(await set.at(Array.from({ length: set.count }, (_, index) => index)).x.data()),
];

describe('subset', () => {
  it('has the chosen examples and labels in the chosen order', async () => {
    const chosen = subset(dataset, [7, 2, 2]);
    expect(chosen).toMatchObject({ count: 3, classes: 3, labels: Int32Array.of(1, 2, 2) });
    expect(await rowsOf(chosen)).toEqual([7, 2, 2]);
    expect([...(await chosen.at([2, 0]).labels.data())]).toEqual([2, 1]);
  });

  it('nests', async () => {
    expect(await rowsOf(subset(subset(dataset, [9, 8, 7]), [2, 0]))).toEqual([7, 9]);
  });

  it('keeps its choice when the caller changes the array', async () => {
    const indices = [1, 2];
    const chosen = subset(dataset, indices);
    indices[0] = 9;
    expect(await rowsOf(chosen)).toEqual([1, 2]);
  });

  it('refuses no index, and indices of no example', () => {
    expect(() => subset(dataset, [])).toThrow('subset: expected at least one example, received none.');
    expect(() => subset(dataset, [10])).toThrow(expect.objectContaining({ code: 'GM_RANGE' }));
    expect(() => subset(dataset, [3, 4]).at([2])).toThrow(
      'expected indices of examples, 0 … 1, received 2 at place 0.',
    );
  });
});

describe('take', () => {
  it('has the first examples', async () => {
    expect(await rowsOf(take(dataset, 3))).toEqual([0, 1, 2]);
  });

  it('refuses more than there are', () => {
    expect(() => take(dataset, 11)).toThrow(
      'take: expected count to be a whole number of at least 1 and of at most 10, received 11.',
    );
  });
});

describe('split', () => {
  it('cuts the set in two', async () => {
    const [first, second] = split(dataset, 4);
    expect([await rowsOf(first), await rowsOf(second)]).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7, 8, 9],
    ]);
  });

  it('draws who goes where, the same under one seed', async () => {
    const [first, second] = split(dataset, 4, seeded(3));
    const rows = [...(await rowsOf(first)), ...(await rowsOf(second))];
    expect(rows).not.toEqual([...values]);
    expect([...rows].sort()).toEqual([...values]);
    expect(await rowsOf(split(dataset, 4, seeded(3))[0])).toEqual(await rowsOf(first));
  });

  it('refuses to leave one of the two empty', () => {
    expect(() => split(dataset, 0)).toThrow(expect.objectContaining({ code: 'GM_OPTION' }));
    expect(() => split(dataset, 10)).toThrow(expect.objectContaining({ code: 'GM_OPTION' }));
  });
});
