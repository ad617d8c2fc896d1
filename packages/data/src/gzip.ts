import { Gunzip } from 'fflate';
import { crc32 } from './crc32.js';

/** Bytes pushed at a time: deflate cannot make more than about a thousand bytes of one, so no push outruns the limit by much. */
const PIECE = 4096;

/** Whether the bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export interface GunzipPlan {
  /** Looks at the first bytes and says how many there are to be in all; undefined while it has seen too few to say. */
  announced(start: Uint8Array): number | undefined;
  /** Called at once when there are more, or at the end when there are fewer, bytes than announced. */
  refuse(received: string): Error;
}

/**
 * Unpacks gzip data, concatenated members included, into exactly as many bytes as they announce; length and CRC of every
 * member are checked, and unpacking stops as soon as there is too much.
 *
 * @throws what `refuse` makes, or what `announced` throws, or an error of the inflater on damaged data
 * @see RFC 1952
 */
export function gunzip(bytes: Uint8Array, { announced, refuse }: GunzipPlan): Uint8Array {
  let start = new Uint8Array(); // what came before the size was known
  let out: Uint8Array | undefined;
  let length = 0;
  let memberAt = 0;

  const unpacker = new Gunzip((chunk) => {
    if (out === undefined) {
      start = joined(start, chunk);
      const size = announced(start);
      if (size === undefined) return;
      if (start.length > size) throw refuse(`more than ${size}`);
      out = new Uint8Array(size);
      out.set(start);
      length = start.length;
      return;
    }
    if (length + chunk.length > out.length) throw refuse(`more than ${out.length}`);
    out.set(chunk, length);
    length += chunk.length;
  });
  /** A member ends where the next one begins, or the file ends. */
  const endMember = (offset: number) => {
    const end = out === undefined ? start.length : length;
    checkTrailer(bytes, offset - 8, (out ?? start).subarray(memberAt, end), refuse);
    memberAt = end;
  };
  unpacker.onmember = endMember;

  for (let offset = 0; offset < bytes.length; offset += PIECE) {
    unpacker.push(bytes.subarray(offset, offset + PIECE), offset + PIECE >= bytes.length);
  }
  endMember(bytes.length);
  if (out === undefined || length < out.length) throw refuse(`${out === undefined ? start.length : length}`);
  return out;
}

function checkTrailer(bytes: Uint8Array, at: number, member: Uint8Array, refuse: GunzipPlan['refuse']): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at < 10) throw refuse('a gzip member without an end');
  if (view.getUint32(at, true) !== crc32(member))
    throw refuse(`a gzip member whose checksum at byte ${at} is of other data`);
  if (view.getUint32(at + 4, true) !== member.length)
    throw refuse(`a gzip member whose length at byte ${at + 4} is of other data`);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
