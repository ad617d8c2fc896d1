import { type Examples, gmError, type LabelledExamples, type Range, type Spec, sizeOf, spec } from '@gm/core';
import { type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { checkCount, checkIndices, checkLabels, gather } from './rows.js';

/** Numbered examples, of which any can be had in any order. Nothing but `at` makes tensors. */
export interface Dataset<Batch extends Examples = Examples> {
  readonly count: number;
  /** What one example is. */
  readonly example: Spec;
  /** How many classes the labels have, where there are labels. */
  readonly classes?: number;
  /** The class of every example, where there are labels. */
  readonly labels?: Int32Array;
  /** The examples of those numbers in that order: x [indices, …example], labels int32 [indices]. The caller owns them. */
  at(indices: ArrayLike<number>): Batch;
}

/** Images as bytes: `data` holds the pixels of one image after the other, row by row. */
export interface Images {
  readonly data: Uint8Array;
  /** [count, height, width] or [count, height, width, channels]. */
  readonly shape: readonly number[];
}

export interface ImageDatasetOptions {
  readonly images: Images;
  readonly labels?: ArrayLike<number>;
  /** Default: one more than the largest label. */
  readonly classes?: number;
  /** What black (0) and white (255) become. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Images that stay bytes until they are asked for.
 *
 *   x = low + (high − low) · pixel / 255
 *
 * Examples are [height, width, channels]; images without a channel axis get one channel.
 *
 * @throws GM_SHAPE when the bytes are not as many as the shape says, GM_OPTION for a range that is not one, GM_LABEL for labels
 * @example imageDataset({ images: { data: new Uint8Array(8), shape: [2, 2, 2] } }).at([0]).x.shape  // [1, 2, 2, 1]
 */
export function imageDataset(
  options: ImageDatasetOptions & { readonly labels: ArrayLike<number> },
): Dataset<LabelledExamples>;
export function imageDataset(options: ImageDatasetOptions): Dataset;
export function imageDataset({ images, labels, classes, range = [0, 1] }: ImageDatasetOptions): Dataset {
  const { data, shape } = images;
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  checkImages(images);
  const grey = greyLevels(range);
  const example = spec([height, width, channels], range);
  const size = sizeOf(example.shape);
  return rowsDataset('imageDataset', { count, example, labels, classes }, (row, out, offset) => {
    const start = row * size;
    for (let pixel = 0; pixel < size; pixel++) out[offset + pixel] = grey[data[start + pixel]!]!;
  });
}

export interface ArrayDatasetOptions {
  /** One example after the other. */
  readonly values: Float32Array;
  /** Of one example. */
  readonly shape: readonly number[];
  /** What the values keep to; it is believed, not checked. Default 'unbounded'. */
  readonly range?: Range;
  readonly labels?: ArrayLike<number>;
  /** Default: one more than the largest label. */
  readonly classes?: number;
}

/**
 * Examples from one array of numbers.
 *
 * @throws GM_SHAPE when the values are not a whole number of examples, GM_LABEL for labels
 * @example arrayDataset({ values: Float32Array.of(1, 2, 3, 4), shape: [2] }).count  // 2
 */
export function arrayDataset(
  options: ArrayDatasetOptions & { readonly labels: ArrayLike<number> },
): Dataset<LabelledExamples>;
export function arrayDataset(options: ArrayDatasetOptions): Dataset;
export function arrayDataset({ values, shape, range, labels, classes }: ArrayDatasetOptions): Dataset {
  const example = spec(shape, range);
  const size = sizeOf(shape);
  const count = values.length / size;
  if (!Number.isInteger(count)) {
    throw gmError('GM_SHAPE', {
      where: 'arrayDataset',
      expected: `a whole number of examples of ${size} values`,
      received: `${values.length} values`,
      remedy: 'Give the shape of one example, without the batch axis.',
    });
  }
  return rowsDataset('arrayDataset', { count, example, labels, classes }, (row, out, offset) => {
    out.set(values.subarray(row * size, (row + 1) * size), offset);
  });
}

interface Rows {
  readonly count: number;
  readonly example: Spec;
  readonly labels: ArrayLike<number> | undefined;
  readonly classes: number | undefined;
}

type WriteRow = (row: number, out: Float32Array, offset: number) => void;

function rowsDataset(where: string, rows: Rows, write: WriteRow): Dataset {
  return datasetOf(where, rows, (indices) => readRows(indices, rows.example, write));
}

/**
 * A set from a function that makes examples x of their numbers; it is called with numbers that have been checked.
 *
 * @throws GM_SHAPE when there is none, GM_LABEL for labels
 */
export function datasetOf(
  where: string,
  { count, example, labels, classes }: Rows,
  make: (indices: ArrayLike<number>) => Tensor,
): Dataset {
  checkCount(where, count);
  const x = (indices: ArrayLike<number>) => make(checkIndices(indices, count));
  if (labels === undefined) return { count, example, at: (indices) => ({ x: x(indices) }) };
  const checked = checkLabels(where, labels, count, classes);
  const at = (indices: ArrayLike<number>): LabelledExamples => ({
    x: x(indices),
    labels: tensor1d(gather(checked.labels, indices), 'int32'),
  });
  return { count, example, ...checked, at };
}

function readRows(indices: ArrayLike<number>, { shape }: Spec, write: WriteRow): Tensor {
  const size = sizeOf(shape);
  const values = new Float32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) write(indices[row]!, values, row * size);
  return tensor(values, [indices.length, ...shape], 'float32');
}

function greyLevels([low, high]: readonly [number, number]): Float32Array {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw gmError('GM_OPTION', {
      where: 'imageDataset',
      expected: 'range to be two finite numbers, the lower first',
      received: `[${low}, ${high}]`,
      remedy: 'Use [0, 1], or [-1, 1] for a network that ends with tanh().',
    });
  }
  return Float32Array.from({ length: 256 }, (_, pixel) => low + ((high - low) * pixel) / 255);
}

function checkImages({ data, shape }: Images): void {
  const fits = (shape.length === 3 || shape.length === 4) && data.length === sizeOf(shape);
  if (fits) return;
  throw gmError('GM_SHAPE', {
    where: 'imageDataset',
    expected:
      'images of shape [count, height, width] or [count, height, width, channels] with one byte for each number',
    received: `shape [${shape.join(', ')}] with ${data.length} bytes`,
    remedy: 'Give the bytes and the shape of the same images.',
  });
}
