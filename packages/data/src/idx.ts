import { type GmError, gmError, type LabelledExamples } from '@gm/core';
import { type Dataset, type Images, imageDataset } from './dataset.js';
import { gunzip, isGzip } from './gzip.js';

/** The number types of IDX and how they are kept here. */
export interface IdxTypes {
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

/** An array as it stood in an IDX file. */
export type IdxArray = {
  [Type in keyof IdxTypes]: {
    readonly type: Type;
    readonly shape: readonly number[];
    readonly data: IdxTypes[Type];
  };
}[keyof IdxTypes];

export interface IdxOptions {
  /** What messages call the file. */
  readonly name?: string;
  /** An array larger than that is refused. Default 1 GiB. */
  readonly maxBytes?: number;
}

interface Header {
  readonly type: keyof IdxTypes;
  readonly shape: readonly number[];
  /** Of the file, this header included. */
  readonly bytes: number;
}

const TYPES: Readonly<Record<number, readonly [keyof IdxTypes, bytes: number]>> = {
  8: ['uint8', 1],
  9: ['int8', 1],
  11: ['int16', 2],
  12: ['int32', 4],
  13: ['float32', 4],
  14: ['float64', 8],
};
const MAX_RANK = 8;
const DAMAGED = 'The file is damaged or not complete: fetch it again.';

/**
 * Reads an IDX file, packed by gzip or not; every byte of it has to be accounted for.
 *
 *   0 0 type rank · one big-endian uint32 for each size · the numbers, big-endian, last axis fastest
 *
 * What cannot be seen is a changed number inside a file that is not packed: the format has no checksum.
 *
 * @param bytes  the whole file; uint8 data are a view of it where it is not packed
 * @throws GM_FILE naming file and byte: wrong magic, type, rank (1 … 8) or sizes (1 … ), more or fewer bytes than the sizes say,
 *   damaged gzip data, data that unpack to more than their header announces
 * @see LeCun, Cortes & Burges, The MNIST database of handwritten digits, section File formats
 * @example readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 7))  // { type: 'uint8', shape: [2], data: [5, 7] }
 */
export function readIdx(bytes: Uint8Array, options: IdxOptions = {}): IdxArray {
  const plain = isGzip(bytes) ? unpack(bytes, options) : bytes;
  const header = readHeader(plain, options);
  if (header === undefined) {
    throw damaged(options, plain.length, 'a whole IDX header', `the end of the file after ${plain.length} bytes`);
  }
  if (plain.length !== header.bytes) {
    const expected = `${header.bytes} bytes, which is what the shape [${header.shape.join(', ')}] needs`;
    throw damaged(options, Math.min(plain.length, header.bytes), expected, `${plain.length}`);
  }
  return decode(header, plain);
}

/**
 * Reads images from an IDX file: bytes, [count, height, width] or with a channel axis behind.
 *
 * @throws GM_FILE as `readIdx`, and when the file holds something else
 */
export function idxImages(bytes: Uint8Array, options: IdxOptions = {}): Images {
  const array = readIdx(bytes, options);
  const { type, shape } = array;
  if (array.type === 'uint8' && (shape.length === 3 || shape.length === 4)) return array;
  const remedy = shape.length === 1 ? 'These look like labels: give the file of the images.' : 'Give a file of images.';
  throw fileError(options, 0, 'images: magic 0x00000803 (uint8, 3 axes)', showHeader(type, shape), remedy);
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
export function idxLabels(bytes: Uint8Array, options: IdxLabelOptions = {}): Uint8Array {
  const array = readIdx(bytes, options);
  const { type, shape } = array;
  if (array.type !== 'uint8' || shape.length !== 1) {
    const remedy = shape.length > 2 ? 'These look like images: give the file of the labels.' : 'Give a file of labels.';
    throw fileError(options, 0, 'labels: magic 0x00000801 (uint8, 1 axis)', showHeader(type, shape), remedy);
  }
  const { classes = 10 } = options;
  const wrong = array.data.findIndex((label) => label >= classes);
  if (wrong < 0) return array.data;
  throw gmError('GM_LABEL', {
    where: showWhere(options),
    expected: `labels 0 … ${classes - 1}`,
    received: `${array.data[wrong]} at byte ${8 + wrong}, for example ${wrong}`,
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
  const { images: imagesName = 'images', labels: labelsName = 'labels' } = names;
  const pictures = idxImages(images, { name: imagesName });
  if (labels === undefined) return imageDataset({ images: pictures, range });
  const read = idxLabels(labels, { name: labelsName, classes });
  if (read.length !== pictures.shape[0]) {
    const counts = `${pictures.shape[0]} images in ${imagesName} and ${read.length} labels in ${labelsName}`;
    throw fileError({ name: labelsName }, 4, 'as many labels as images', counts, 'Give two files of the same split.');
  }
  return imageDataset({ images: pictures, labels: read, classes, range });
}

/** What the first bytes say; undefined when they are too few. */
function readHeader(bytes: Uint8Array, options: IdxOptions): Header | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [type, width] = TYPES[bytes[2]!] ?? [undefined, 0];
  const rank = bytes[3]!;
  if (view.getUint16(0) !== 0 || type === undefined || rank < 1 || rank > MAX_RANK) {
    const magic = `0x${view.getUint32(0).toString(16).padStart(8, '0')}`;
    const expected = 'the magic of an IDX file, 0x00000803 for images or 0x00000801 for labels';
    throw fileError(options, 0, expected, magic, 'Give an IDX file, packed by gzip or not.');
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) return undefined;
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { type, shape, bytes: start + width * checkSizes(shape, width, options) };
}

function checkSizes(shape: readonly number[], width: number, options: IdxOptions): number {
  const { maxBytes = 2 ** 30 } = options;
  const empty = shape.indexOf(0);
  if (empty >= 0) throw damaged(options, 4 + 4 * empty, 'sizes of at least 1', `shape [${shape.join(', ')}]`);
  const numbers = shape.reduce((product, size) => product * size, 1);
  if (numbers * width <= maxBytes) return numbers;
  const remedy = 'If the file really is so large, raise maxBytes; otherwise fetch it again.';
  throw fileError(options, 4, `at most ${maxBytes} bytes of data`, `shape [${shape.join(', ')}]`, remedy);
}

function unpack(bytes: Uint8Array, options: IdxOptions): Uint8Array {
  let announced = 'a whole IDX header';
  const plan = {
    announced(start: Uint8Array) {
      const header = readHeader(start, options);
      if (header === undefined) return undefined;
      announced = `${header.bytes} unpacked bytes, which is what the shape [${header.shape.join(', ')}] needs`;
      // Deflate makes at most 1,032 bytes of one: never make room for what cannot come.
      if (header.bytes > bytes.length * 1032)
        throw plan.refuse(`${bytes.length} packed bytes, which cannot hold so many`);
      return header.bytes;
    },
    refuse: (received: string) => damaged(options, undefined, announced, received),
  };
  try {
    return gunzip(bytes, plan);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('GM_')) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw gmError('GM_FILE', {
      where: showWhere(options),
      expected: 'data packed by gzip',
      received: `damaged ones (${reason})`,
      remedy: DAMAGED,
      cause,
    });
  }
}

function decode({ type, shape, bytes }: Header, file: Uint8Array): IdxArray {
  const start = 4 + 4 * shape.length;
  const view = new DataView(file.buffer, file.byteOffset + start, bytes - start);
  const fill = <Data extends { [index: number]: number; length: number }>(
    data: Data,
    read: (at: number) => number,
    width: number,
  ) => {
    for (let index = 0; index < data.length; index++) data[index] = read(index * width);
    return data;
  };
  const count = shape.reduce((product, size) => product * size, 1);
  switch (type) {
    case 'uint8':
      return { type, shape, data: file.subarray(start) };
    case 'int8':
      return { type, shape, data: fill(new Int8Array(count), (at) => view.getInt8(at), 1) };
    case 'int16':
      return { type, shape, data: fill(new Int16Array(count), (at) => view.getInt16(at), 2) };
    case 'int32':
      return { type, shape, data: fill(new Int32Array(count), (at) => view.getInt32(at), 4) };
    case 'float32':
      return { type, shape, data: fill(new Float32Array(count), (at) => view.getFloat32(at), 4) };
    case 'float64':
      return { type, shape, data: fill(new Float64Array(count), (at) => view.getFloat64(at), 8) };
  }
}

function showHeader(type: string, shape: readonly number[]): string {
  return `${type} of shape [${shape.join(', ')}]`;
}

function showWhere({ name }: IdxOptions): string {
  return name === undefined ? 'readIdx' : `readIdx ${name}`;
}

function damaged(options: IdxOptions, offset: number | undefined, expected: string, received: string): GmError {
  return fileError(options, offset, expected, received, DAMAGED);
}

function fileError(
  options: IdxOptions,
  offset: number | undefined,
  expected: string,
  received: string,
  remedy: string,
) {
  const place = offset === undefined ? '' : ` at byte ${offset}`;
  return gmError('GM_FILE', { where: showWhere(options) + place, expected, received, remedy });
}
