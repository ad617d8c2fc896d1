import { expect, it } from 'vitest';
import { type Key, philox } from './philox.js';

type Counter = [number, number, number, number];

function hexOf(key: Key, counter: Counter): string {
  const out = new Uint32Array(4);
  philox(key, counter, out);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ');
}

// Known answers of Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
it.each<[string, Key, Counter, string]>([
  ['zeros', [0, 0], [0, 0, 0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [
    'ones',
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    '408f276d 41c83b0e a20bc7c6 6d5451fd',
  ],
  [
    'the digits of π',
    [0xa4093822, 0x299f31d0],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  ],
])('philox gives the known answer for %s', (_, key, counter, answer) => {
  expect(hexOf(key, counter)).toBe(answer);
});

it('philox writes where it is told and nowhere else', () => {
  const out = new Uint32Array(6).fill(7);
  philox([0, 0], [0, 0, 0, 0], out, 1);
  expect([out[0], out[1], out[4], out[5]]).toEqual([7, 0x6627e8d5, 0x9b00dbd8, 7]);
});
