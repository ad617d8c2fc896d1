import { describe, expect, it } from 'vitest';
import { gzipped, idxBytes, imageFile } from '../test/idxBytes.js';
import { readIdx } from './idx.js';

const refusal = (bytes: Uint8Array, options = {}) => expect(() => readIdx(bytes, { name: 'file', ...options }));

describe('readIdx', () => {
  it('reads bytes of any rank from 1 to 8', () => {
    for (let rank = 1; rank <= 8; rank++) {
      const shape = Array.from({ length: rank }, (_, axis) => 1 + (axis % 2));
      const data = Array.from({ length: 2 ** Math.floor(rank / 2) }, (_, index) => index);
      expect(readIdx(idxBytes(shape, data))).toEqual({ type: 'uint8', shape, data: Uint8Array.from(data) });
    }
  });

  it.each([
    [9, [0xff, 0x02], { type: 'int8', data: Int8Array.of(-1, 2) }],
    [11, [0x01, 0x02, 0xff, 0xfe], { type: 'int16', data: Int16Array.of(258, -2) }],
    [12, [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], { type: 'int32', data: Int32Array.of(65536, -1) }],
    [13, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], { type: 'float32', data: Float32Array.of(1, -2.5) }],
    [
      14,
      [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0x04, 0, 0, 0, 0, 0, 0],
      { type: 'float64', data: Float64Array.of(1, -2.5) },
    ],
  ])('reads the big-endian numbers of type %i', (type, bytes, expected) => {
    expect(readIdx(idxBytes([2], bytes, type))).toEqual({ shape: [2], ...expected });
  });

  it('reads a file that lies somewhere inside a larger buffer', () => {
    const padded = new Uint8Array(100);
    padded.set(imageFile(1), 7);
    expect(readIdx(padded.subarray(7, 7 + 28)).data).toEqual(imageFile(1).subarray(16));
  });

  it('refuses a wrong magic with the one it wants', () => {
    refusal(idxBytes([1], [1], 10)).toThrow(
      'readIdx file at byte 0: expected the magic of an IDX file, 0x00000803 for images or 0x00000801 for labels, received 0x00000a01. Give an IDX file, packed by gzip or not.',
    );
    refusal(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0)).toThrow('received 0x89504e47.');
    refusal(Uint8Array.of(0, 0, 8, 0)).toThrow('received 0x00000800.');
    refusal(Uint8Array.of(0, 0, 8, 9)).toThrow('received 0x00000809.');
  });

  it('refuses a file that ends within its header', () => {
    refusal(new Uint8Array()).toThrow('readIdx file at byte 0: expected a whole IDX header, received 0 bytes.');
    refusal(imageFile(1).subarray(0, 15)).toThrow('at byte 15: expected a whole IDX header, received 15 bytes.');
  });

  it('refuses one byte too few and one too many', () => {
    const file = imageFile(2);
    refusal(file.subarray(0, 39)).toThrow(
      'readIdx file at byte 39: expected 40 bytes, which is what the shape [2, 4, 3] needs, received 39. The file is damaged or not complete: fetch it again.',
    );
    refusal(Uint8Array.of(...file, 0)).toThrow('readIdx file at byte 40: expected 40 bytes');
  });

  it('refuses empty and huge sizes', () => {
    refusal(idxBytes([3, 0, 2], [])).toThrow(
      'readIdx file at byte 8: expected sizes of at least 1, received shape [3, 0, 2].',
    );
    refusal(idxBytes([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [])).toThrow(
      'at byte 4: expected at most 1073741824 bytes',
    );
    refusal(imageFile(2), { maxBytes: 23 }).toThrow('expected at most 23 bytes of data, received shape [2, 4, 3].');
  });

  it('gives every refusal the code GM_FILE', () => {
    refusal(new Uint8Array(20)).toThrow(expect.objectContaining({ code: 'GM_FILE' }));
  });
});

describe('readIdx of a gzip file', () => {
  const file = imageFile(500);
  const packed = gzipped(file);

  it('gives what the plain file gives', () => {
    expect(readIdx(packed)).toEqual(readIdx(file));
  });

  it('joins concatenated members, wherever the file was cut', () => {
    for (const cut of [0, 3, 16, 1000, file.length]) {
      const members = gzipped(file.subarray(0, cut), new Uint8Array(), file.subarray(cut));
      expect(readIdx(members)).toEqual(readIdx(file));
    }
  });

  it('refuses a bomb where it passes the announced size', () => {
    const bomb = new Uint8Array(2 ** 26);
    bomb.set(imageFile(1));
    refusal(gzipped(bomb)).toThrow(
      'readIdx file: expected 28 bytes, which is what the shape [1, 4, 3] needs, received more than 28.',
    );
  });

  it('makes no room for data that cannot be there', () => {
    refusal(gzipped(idxBytes([10_000, 100, 100], []))).toThrow(
      /expected 100000016 bytes.*received \d+ packed ones, too few to hold them/,
    );
  });

  it('refuses data that are cut off anywhere', () => {
    for (let length = 2; length < packed.length; length += 1) {
      refusal(packed.subarray(0, length)).toThrow(expect.objectContaining({ code: 'GM_FILE' }));
    }
  });

  it('refuses what unpacks to too little', () => {
    refusal(gzipped(file.subarray(0, 5000))).toThrow(
      'expected 6016 bytes, which is what the shape [500, 4, 3] needs, received 5000.',
    );
    refusal(gzipped(file.subarray(0, 9))).toThrow('expected a whole IDX header, received 9.');
  });

  it('refuses a wrong checksum, a wrong length and bytes behind the end', () => {
    const wrong = (offset: number) => packed.map((byte, index) => (index === packed.length + offset ? byte ^ 1 : byte));
    refusal(wrong(-8)).toThrow(`received a gzip member whose checksum at byte ${packed.length - 8} is of other data`);
    refusal(wrong(-1)).toThrow(`received a gzip member whose length at byte ${packed.length - 4} is of other data`);
    refusal(Uint8Array.of(...packed, 0, 0, 0, 0, 0)).toThrow(expect.objectContaining({ code: 'GM_FILE' }));
  });

  it('says what the inflater says of damaged data', () => {
    refusal(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0)).toThrow(
      'readIdx file: expected data packed by gzip, received invalid block type. The file is damaged or not complete: fetch it again.',
    );
  });
});
