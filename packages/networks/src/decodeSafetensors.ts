import { showShape, sizeOf } from '@gm/core';
import { CODE } from './encodeSafetensors.js';
import { checkJson } from './json.js';
import {
  type ArrayType,
  checkBooleans,
  checkCount,
  checkMetadata,
  checkName,
  checkShape,
  isRecord,
  isSizes,
  LIMIT,
  type NamedArray,
  refusal,
  shown,
  WIDTH,
} from './namedArray.js';

/** What is in a safetensors file. */
export interface SafetensorsFile {
  readonly arrays: Readonly<Record<string, NamedArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const WHERE = 'decodeSafetensors';
const TYPE = new Map(Object.entries(CODE).map(([type, code]) => [code, type as ArrayType]));

/**
 * Reads a safetensors file. Strict: whatever the format does not allow, or `encodeSafetensors` would not write, is refused,
 * and nothing is allocated before the header is found sound.
 *
 * @param bytes  the whole file; where alignment allows, the arrays are views of it
 * @returns records without a prototype, so that no name can mean more than itself
 * @throws GM_CHECKPOINT saying what is wrong with the file
 * @see the format's description, https://huggingface.co/docs/safetensors
 * @example const { arrays, metadata } = decodeSafetensors(new Uint8Array(await file.arrayBuffer()))
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, begin } = readHeader(bytes);
  const { __metadata__: metadata = {}, ...tensors } = header;
  checkMetadata(WHERE, metadata);
  checkCount(WHERE, Object.keys(tensors).length);
  const places = Object.entries(tensors).map(([name, entry]) => placeOf(name, entry));
  checkCovered(places, bytes.length - begin);
  const data = bytes.subarray(begin);
  return {
    arrays: bare(places.map((place) => [place.name, arrayAt(place, data)])),
    metadata: bare(Object.entries(metadata)),
  };
}

/** Where one tensor lies, in bytes after the header. */
interface Place {
  readonly name: string;
  readonly dtype: ArrayType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; begin: number } {
  const begin = 8 + headerLength(bytes);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, begin));
    if (text[0] !== '{') throw new SyntaxError(`${shown(text.slice(0, 8))} at its beginning`);
    checkJson(text, LIMIT.depth);
    return { header: JSON.parse(text) as Record<string, unknown>, begin };
  } catch (cause) {
    throw refusal(WHERE, 'a header in JSON as the format has it', messageOf(cause), cause);
  }
}

function headerLength(bytes: Uint8Array): number {
  if (!(bytes instanceof Uint8Array)) throw refusal(WHERE, 'a Uint8Array', typeof bytes);
  if (bytes.length < 8) throw refusal(WHERE, 'at least 8 bytes', `${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(LIMIT.headerBytes, bytes.length - 8);
  if (length > most) throw refusal(WHERE, `a header of at most ${most} bytes`, `${length}`);
  return Number(length);
}

function placeOf(name: string, entry: unknown): Place {
  checkName(WHERE, name);
  if (!isRecord(entry)) throw refusal(WHERE, `an object for '${name}'`, shown(entry));
  const { dtype: code, shape, data_offsets: offsets, ...rest } = entry;
  const [surplus] = Object.keys(rest);
  if (surplus !== undefined) throw refusal(WHERE, `dtype, shape and data_offsets for '${name}'`, shown(surplus));
  const dtype = TYPE.get(code as string);
  if (dtype === undefined) throw refusal(WHERE, `'${name}' of type ${[...TYPE.keys()].join(', ')}`, shown(code));
  checkShape(WHERE, name, shape);
  if (!isSizes(offsets) || offsets.length !== 2) throw refusal(WHERE, `two offsets for '${name}'`, shown(offsets));
  const [from, to] = offsets as [number, number];
  const size = sizeOf(shape) * WIDTH[dtype];
  if (to - from === size) return { name, dtype, shape, from, to };
  throw refusal(
    WHERE,
    `${size} bytes for '${name}' of ${code} ${showShape(shape)}`,
    `offsets ${showShape([from, to])}`,
  );
}

/** Every byte belongs to exactly one tensor: no holes, no overlaps, no bytes behind the last. */
function checkCovered(places: readonly Place[], length: number): void {
  let end = 0;
  for (const { name, from, to } of [...places].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw refusal(WHERE, `'${name}' to begin at byte ${end} of the data`, `${from}`);
    end = to;
  }
  if (end !== length) throw refusal(WHERE, `${end} bytes of data`, `${length}`);
}

function arrayAt({ name, dtype, shape, from, to }: Place, data: Uint8Array): NamedArray {
  const { buffer, byteOffset } = aligned(data.subarray(from, to), WIDTH[dtype]);
  const count = (to - from) / WIDTH[dtype];
  if (dtype === 'float32') return { dtype, shape, data: new Float32Array(buffer, byteOffset, count) };
  if (dtype === 'int32') return { dtype, shape, data: new Int32Array(buffer, byteOffset, count) };
  const booleans = new Uint8Array(buffer, byteOffset, count);
  checkBooleans(WHERE, name, booleans);
  return { dtype, shape, data: booleans };
}

/** The bytes themselves, or a copy when a typed array cannot begin there. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
}

/** A record in which even `__proto__` is but a name. */
function bare<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  const record = Object.create(null) as Record<string, Value>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
