import { gmError, type LabelledExamples, showShape } from '@gm/core';
import { type Dataset, type Images, imageDataset } from './dataset.js';
import { fileError, showWhere } from './fileError.js';
import { type IdxArray, type IdxOptions, readIdx } from './idx.js';

/**
 * Reads images from an IDX file: bytes, [count, height, width] or with a channel axis behind.
 *
 * @throws GM_FILE as `readIdx`, and when the file holds something else
 */
export function idxImages(bytes: Uint8Array, options: IdxOptions = {}): Images {
  const array = readIdx(bytes, options);
  const rank = array.shape.length;
  if (array.type === 'uint8' && (rank === 3 || rank === 4)) return array;
  const remedy = rank === 1 ? 'These look like labels: give the file of the images.' : 'Give a file of images.';
  const expected = 'images, magic 0x00000803 (uint8, 3 axes)';
  throw fileError({ name: options.name, at: 0, expected, received: showArray(array), remedy });
}

export interface IdxLabelOptions extends IdxOptions {
  /** How many classes there are. Default 10, as in MNIST and Fashion-MNIST. */
  readonly classes?: number;
}

/**
 * Reads labels from an IDX file: bytes, [count], each below `classes`.
 *
 * @throws GM_FILE as `readIdx`, and when the file holds something else; GM_LABEL for a label out of range
 */
export function idxLabels(bytes: Uint8Array, { classes = 10, ...options }: IdxLabelOptions = {}): Uint8Array {
  const array = readIdx(bytes, options);
  const rank = array.shape.length;
  if (array.type !== 'uint8' || rank !== 1) {
    const remedy = rank > 2 ? 'These look like images: give the file of the labels.' : 'Give a file of labels.';
    const expected = 'labels, magic 0x00000801 (uint8, 1 axis)';
    throw fileError({ name: options.name, at: 0, expected, received: showArray(array), remedy });
  }
  const wrong = array.data.findIndex((label) => label >= classes);
  if (wrong < 0) return array.data;
  throw gmError('GM_LABEL', {
    where: `${showWhere(options.name)} at byte ${8 + wrong}`,
    expected: `labels 0 … ${classes - 1}`,
    received: `${array.data[wrong]} for example ${wrong}`,
    remedy: 'Set classes to the number of classes, or fetch the file again.',
  });
}

export interface IdxDatasetOptions {
  /** The whole file of the images, packed by gzip or not. */
  readonly images: Uint8Array;
  /** The whole file of their labels. */
  readonly labels?: Uint8Array;
  /** How many classes there are. Default 10. */
  readonly classes?: number;
  /** What black (0) and white (255) become. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
  /** What messages call the two files. */
  readonly names?: { readonly images?: string; readonly labels?: string };
}

/**
 * The images, and labels, of IDX files as a set.
 *
 * @throws GM_FILE, GM_LABEL as `idxImages` and `idxLabels`, and GM_FILE when the files are not of equally many examples
 * @example const bytes = new Uint8Array(await (await fetch('/train-images-idx3-ubyte.gz')).arrayBuffer());
 *   const images = idxDataset({ images: bytes });
 */
export function idxDataset(options: IdxDatasetOptions & { readonly labels: Uint8Array }): Dataset<LabelledExamples>;
export function idxDataset(options: IdxDatasetOptions): Dataset;
export function idxDataset({ images, labels, classes = 10, range = [0, 1], names = {} }: IdxDatasetOptions): Dataset {
  const pictures = idxImages(images, { name: names.images ?? 'images' });
  if (labels === undefined) return imageDataset({ images: pictures, range });
  const name = names.labels ?? 'labels';
  const read = idxLabels(labels, { name, classes });
  if (read.length === pictures.shape[0]) return imageDataset({ images: pictures, labels: read, classes, range });
  const expected = `${pictures.shape[0]} labels, one for each image`;
  throw fileError({ name, at: 4, expected, received: `${read.length}`, remedy: 'Give two files of the same split.' });
}

function showArray({ type, shape }: IdxArray): string {
  return `${type} of shape ${showShape(shape)}`;
}
