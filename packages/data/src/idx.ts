import { isGmError, showShape, sizeOf } from '@gm/core';
import { fileError } from './fileError.js';
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

const DECODE: { readonly [Type in keyof IdxTypes]: (view: DataView) => IdxTypes[Type] } = {
  uint8: ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  int8: ({ buffer, byteOffset, byteLength }) => new Int8Array(buffer, byteOffset, byteLength),
  int16: (view) => Int16Array.from({ length: view.byteLength / 2 }, (_, index) => view.getInt16(2 * index)),
  int32: (view) => Int32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getInt32(4 * index)),
  float32: (view) => Float32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(4 * index)),
  float64: (view) => Float64Array.from({ length: view.byteLength / 8 }, (_, index) => view.getFloat64(8 * index)),
};

const TYPES: Readonly<Record<number, readonly [keyof IdxTypes, bytes: number]>> = {
  8: ['uint8', 1],
  9: ['int8', 1],
  11: ['int16', 2],
  12: ['int32', 4],
  13: ['float32', 4],
  14: ['float64', 8],
};
const MAX_RANK = 8;
/** Deflate makes at most 1,032 bytes of one: no room is made for what cannot come. */
const MAX_EXPANSION = 1032;

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
  const { name } = options;
  const plain = isGzip(bytes) ? unpack(bytes, options) : bytes;
  const header = readHeader(plain, options);
  if (header === undefined) {
    throw fileError({ name, at: plain.length, expected: 'a whole IDX header', received: `${plain.length} bytes` });
  }
  if (plain.length !== header.bytes) {
    const at = Math.min(plain.length, header.bytes);
    throw fileError({ name, at, expected: showLength(header), received: `${plain.length}` });
  }
  const start = 4 + 4 * header.shape.length;
  const view = new DataView(plain.buffer, plain.byteOffset + start, plain.length - start);
  return { type: header.type, shape: header.shape, data: DECODE[header.type](view) } as IdxArray;
}

/** What the first bytes say; undefined when they are too few. */
function readHeader(bytes: Uint8Array, { name, maxBytes = 2 ** 30 }: IdxOptions): Header | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [type, width] = TYPES[bytes[2]!] ?? [undefined, 0];
  const rank = bytes[3]!;
  if (view.getUint16(0) !== 0 || type === undefined || rank < 1 || rank > MAX_RANK) {
    const expected = 'the magic of an IDX file, 0x00000803 for images or 0x00000801 for labels';
    const received = `0x${view.getUint32(0).toString(16).padStart(8, '0')}`;
    throw fileError({ name, at: 0, expected, received, remedy: 'Give an IDX file, packed by gzip or not.' });
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) return undefined;
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = sizeOf(shape) * width;
  checkSizes(shape, length, name, maxBytes);
  return { type, shape, bytes: start + length };
}

function checkSizes(shape: readonly number[], length: number, name: string | undefined, maxBytes: number): void {
  const received = `shape ${showShape(shape)}`;
  const empty = shape.indexOf(0);
  if (empty >= 0) throw fileError({ name, at: 4 + 4 * empty, expected: 'sizes of at least 1', received });
  if (length <= maxBytes) return;
  const remedy = 'If the file really is so large, raise maxBytes; otherwise fetch it again.';
  throw fileError({ name, at: 4, expected: `at most ${maxBytes} bytes of data`, received, remedy });
}

function showLength({ shape, bytes }: Header): string {
  return `${bytes} bytes, which is what the shape ${showShape(shape)} needs`;
}

function unpack(bytes: Uint8Array, options: IdxOptions): Uint8Array {
  const { name } = options;
  let expected = 'a whole IDX header';
  const refuse = (received: string) => fileError({ name, expected, received });
  const announced = (start: Uint8Array) => {
    const header = readHeader(start, options);
    if (header === undefined) return undefined;
    expected = showLength(header);
    if (header.bytes > bytes.length * MAX_EXPANSION) throw refuse(`${bytes.length} packed ones, too few to hold them`);
    return header.bytes;
  };
  try {
    return gunzip(bytes, { announced, refuse });
  } catch (cause) {
    if (isGmError(cause)) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw fileError({ name, expected: 'data packed by gzip', received, cause });
  }
}
