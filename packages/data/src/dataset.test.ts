import { useBackend } from '@gm/backends';
import { expectNoLeak } from '@gm/core/testing';
import { dispose } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { arrayDataset, imageDataset } from './dataset.js';

const images = { data: Uint8Array.of(0, 51, 102, 153, 204, 255, 1, 254), shape: [2, 2, 2] };

describe.each(['cpu', 'wasm'] as const)('a set on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('gives images in [0, 1] with one channel', async () => {
    const dataset = imageDataset({ images });
    expect(dataset).toMatchObject({ count: 2, example: { shape: [2, 2, 1], dtype: 'float32', range: [0, 1] } });
    const { x } = dataset.at([1, 0]);
    expect(x.shape).toEqual([2, 2, 2, 1]);
    expect(await x.data()).toEqual(Float32Array.of(204 / 255, 1, 1 / 255, 254 / 255, 0, 0.2, 0.4, 0.6));
    dispose(x);
  });

  it('gives images in [−1, 1] when asked', async () => {
    const { x } = imageDataset({ images, range: [-1, 1] }).at(Uint32Array.of(0));
    expect(await x.data()).toEqual(Float32Array.of(-1, (2 * 51) / 255 - 1, (2 * 102) / 255 - 1, (2 * 153) / 255 - 1));
    dispose(x);
  });

  it('keeps colours apart', () => {
    const coloured = imageDataset({ images: { data: new Uint8Array(2 * 4 * 3), shape: [2, 4, 1, 3] } });
    expect(coloured.example.shape).toEqual([4, 1, 3]);
  });

  it('gives labels beside the examples', async () => {
    const dataset = imageDataset({ images, labels: [3, 1] });
    expect(dataset).toMatchObject({ classes: 4, labels: Int32Array.of(3, 1) });
    const { x, labels } = dataset.at([1, 1, 0]);
    expect([labels.dtype, ...(await labels.data())]).toEqual(['int32', 1, 1, 3]);
    dispose([x, labels]);
  });

  it('gives rows of numbers', async () => {
    const dataset = arrayDataset({
      values: Float32Array.of(1, 2, 3, 4, 5, 6),
      shape: [2],
      labels: [0, 1, 0],
      classes: 5,
    });
    expect(dataset).toMatchObject({ count: 3, classes: 5, example: { shape: [2], range: 'unbounded' } });
    const { x, labels } = dataset.at([2]);
    expect([x.shape, await x.data(), await labels.data()]).toEqual([[1, 2], Float32Array.of(5, 6), Int32Array.of(0)]);
    dispose([x, labels]);
  });

  it('makes no tensor but those it gives', async () => {
    const dataset = imageDataset({ images, labels: [3, 1] });
    await expectNoLeak(() => dataset.at([0, 1]));
    await expectNoLeak(() => {
      imageDataset({ images });
    });
  });
});

describe('a set refuses', () => {
  it('bytes that are not as many as the shape says', () => {
    expect(() => imageDataset({ images: { data: new Uint8Array(7), shape: [2, 2, 2] } })).toThrow(
      'imageDataset: expected images of shape [count, height, width] or [count, height, width, channels] with one byte for each number, received shape [2, 2, 2] with 7 bytes. Give the bytes and the shape of the same images.',
    );
    expect(() => imageDataset({ images: { data: new Uint8Array(4), shape: [2, 2] } })).toThrow(
      'received shape [2, 2] with 4 bytes',
    );
  });

  it('a range that is none', () => {
    for (const range of [
      [1, 0],
      [0, 0],
      [0, Infinity],
      [NaN, 1],
    ] as const) {
      expect(() => imageDataset({ images, range })).toThrow(
        `imageDataset: expected range to be two finite numbers, the lower first, received [${range.join(', ')}]. Use [0, 1], or [-1, 1] for a network that ends with tanh().`,
      );
    }
  });

  it('values that are no whole number of examples', () => {
    expect(() => arrayDataset({ values: new Float32Array(5), shape: [2] })).toThrow(
      'arrayDataset: expected a whole number of examples of 2 values, received 5 values. Give the shape of one example, without the batch axis.',
    );
  });

  it('to be empty', () => {
    expect(() => arrayDataset({ values: new Float32Array(), shape: [2] })).toThrow(
      'arrayDataset: expected at least one example, received none. Give the set at least one example.',
    );
    expect(() => imageDataset({ images: { data: new Uint8Array(), shape: [0, 2, 2] } })).toThrow(
      'at least one example',
    );
  });

  it('labels that are too few, out of range or not whole', () => {
    expect(() => imageDataset({ images, labels: [1] })).toThrow(
      'imageDataset: expected 2 labels, one for each example, received 1. Give the labels of the same examples.',
    );
    expect(() => imageDataset({ images, labels: [0, 10], classes: 10 })).toThrow(
      'imageDataset: expected labels 0 … 9, received 10 for example 1. Set classes to the number of classes, or mend the labels.',
    );
    for (const label of [-1, 0.5, Number.NaN]) {
      expect(() => imageDataset({ images, labels: [0, label], classes: 3 })).toThrow(
        expect.objectContaining({ code: 'GM_LABEL' }),
      );
    }
  });

  it('indices of no example, before a tensor is made', async () => {
    const dataset = imageDataset({ images, labels: [0, 1] });
    await expectNoLeak(() => {
      for (const index of [2, -1, 0.5, Number.NaN]) {
        expect(() => dataset.at([0, index])).toThrow(
          `dataset: expected indices of examples, 0 … 1, received ${index} at place 1. Ask for whole numbers below the count, which is 2.`,
        );
      }
    });
  });
});
