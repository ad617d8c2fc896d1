import { showShape, sizeOf } from '@gm/core';
import {
  type ArrayType,
  checkBooleans,
  checkCount,
  checkMetadata,
  checkName,
  checkShape,
  LIMIT,
  type NamedArray,
  refusal,
  shown,
  WIDTH,
} from './namedArray.js';

/** How the format calls the number types. */
export const CODE: Readonly<Record<ArrayType, string>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

const WHERE = 'encodeSafetensors';

/**
 * Arrays and strings as one file in the safetensors format: the header's length in 8 bytes, a JSON header, the numbers.
 *
 * Little-endian, padded so that all numbers are aligned; the same arguments give the same bytes.
 *
 * @param arrays    by name: 1 to 256 letters, digits and `_ . / -` without `..`; at most 10,000 of rank 8
 * @param metadata  strings to travel along
 * @throws GM_CHECKPOINT when a name, shape, value count or string could not be read back
 * @see the format's description, https://huggingface.co/docs/safetensors
 * @example encodeSafetensors({ kernel: { dtype: 'float32', shape: [2], data: new Float32Array([1, 2]) } }, { step: '7' })
 */
export function encodeSafetensors(
  arrays: Readonly<Record<string, NamedArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkMetadata(WHERE, metadata);
  checkCount(WHERE, Object.keys(arrays).length);
  for (const [name, array] of Object.entries(arrays)) checkArray(name, array);
  // Single bytes last, or they would push the wider numbers out of alignment. The sort is stable.
  const entries = Object.entries(arrays).sort(([, a], [, b]) => WIDTH[b.dtype] - WIDTH[a.dtype]);
  const header = headerOf(entries, metadata);
  const begin = 8 + header.length;
  const bytes = new Uint8Array(begin + totalBytes(entries));
  new DataView(bytes.buffer).setUint32(0, header.length, true); // the upper half stays 0
  bytes.set(header, 8);
  let offset = begin;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

type Entries = readonly (readonly [string, NamedArray])[];

/** Put together by hand: an object would move names that look like numbers to the front. */
function headerOf(entries: Entries, metadata: Readonly<Record<string, string>>): Uint8Array {
  let end = 0;
  const members = entries.map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return member(name, { dtype: CODE[dtype], shape, data_offsets: [begin, end] });
  });
  if (Object.keys(metadata).length > 0) members.unshift(member('__metadata__', metadata));
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LIMIT.headerBytes) throw refusal(WHERE, `a header of at most ${LIMIT.headerBytes} bytes`, `${length}`);
  const header = new Uint8Array(length).fill(0x20);
  header.set(json);
  return header;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function totalBytes(entries: Entries): number {
  return entries.reduce((total, [, { data }]) => total + data.byteLength, 0);
}

function checkArray(name: string, { dtype, shape, data }: NamedArray): void {
  checkName(WHERE, name);
  if (name === '__metadata__') throw refusal(WHERE, 'another name than that of the metadata', name);
  if (!Object.hasOwn(CODE, dtype)) {
    throw refusal(WHERE, `'${name}' of type ${Object.keys(CODE).join(', ')}`, shown(dtype));
  }
  checkShape(WHERE, name, shape);
  if (data.length !== sizeOf(shape) || data.BYTES_PER_ELEMENT !== WIDTH[dtype]) {
    throw refusal(
      WHERE,
      `'${name}' to hold ${sizeOf(shape)} values of ${WIDTH[dtype]} bytes for ${dtype} ${showShape(shape)}`,
      `${data.length} of ${data.BYTES_PER_ELEMENT}`,
    );
  }
  if (dtype === 'bool') checkBooleans(WHERE, name, data);
}
