import { describe, expect, it } from 'vitest';
import { idxBytes, imageFile, labelFile } from '../test/idxBytes.js';
import { idxDataset, idxImages, idxLabels } from './idxDataset.js';

describe('idxImages and idxLabels', () => {
  it('read images and labels', () => {
    expect(idxImages(imageFile(2)).shape).toEqual([2, 4, 3]);
    expect(idxImages(idxBytes([1, 2, 1, 3], [0, 1, 2, 3, 4, 5])).shape).toEqual([1, 2, 1, 3]);
    expect(idxLabels(labelFile(12))).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  });

  it('notice swapped files', () => {
    expect(() => idxImages(labelFile(3), { name: 'a' })).toThrow(
      'readIdx a at byte 0: expected images, magic 0x00000803 (uint8, 3 axes), received uint8 of shape [3]. These look like labels: give the file of the images.',
    );
    expect(() => idxLabels(imageFile(3), { name: 'b' })).toThrow(
      'readIdx b at byte 0: expected labels, magic 0x00000801 (uint8, 1 axis), received uint8 of shape [3, 4, 3]. These look like images: give the file of the labels.',
    );
  });

  it('refuse other arrays', () => {
    expect(() => idxImages(idxBytes([1, 1, 1], [0, 0, 0, 0], 12))).toThrow(
      'received int32 of shape [1, 1, 1]. Give a file of images.',
    );
    expect(() => idxLabels(idxBytes([1, 1], [0]))).toThrow('received uint8 of shape [1, 1]. Give a file of labels.');
  });

  it('refuse a label beyond the classes with its place', () => {
    expect(() => idxLabels(labelFile(10), { classes: 9, name: 'labels' })).toThrow(
      'readIdx labels at byte 17: expected labels 0 … 8, received 9 for example 9. Set classes to the number of classes, or fetch the file again.',
    );
    expect(() => idxLabels(idxBytes([2], [3, 10]))).toThrow(expect.objectContaining({ code: 'GM_LABEL' }));
  });
});

describe('idxDataset', () => {
  it('joins images and labels', () => {
    const dataset = idxDataset({ images: imageFile(12), labels: labelFile(12) });
    expect(dataset).toMatchObject({ count: 12, classes: 10, example: { shape: [4, 3, 1], range: [0, 1] } });
    expect(dataset.labels).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  });

  it('does without labels', () => {
    const dataset = idxDataset({ images: imageFile(3), range: [-1, 1] });
    expect(dataset.classes).toBeUndefined();
    expect(dataset.example.range).toEqual([-1, 1]);
  });

  it('refuses files of different counts', () => {
    const names = { images: 'train-images', labels: 't10k-labels' };
    expect(() => idxDataset({ images: imageFile(3), labels: labelFile(4), names })).toThrow(
      'readIdx t10k-labels at byte 4: expected 3 labels, one for each image, received 4. Give two files of the same split.',
    );
  });
});
