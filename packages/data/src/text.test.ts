import { fc, test } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { expectError } from '@gm/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { alphabetOf, passages } from './index.js';

describe('alphabetOf', () => {
  test.prop([fc.string({ unit: 'grapheme', minLength: 0, maxLength: 60 })])('gives back what it encoded', (some) => {
    const text = `ab${some}`;
    const alphabet = alphabetOf(text);
    expect(alphabet.decode(alphabet.encode(text))).toBe(text);
    expect(alphabetOf(alphabet.characters).characters).toEqual(alphabet.characters);
    expect(new Set(alphabet.characters).size).toBe(alphabet.characters.length);
  });

  it('numbers characters by their code points, and counts none twice', () => {
    const { characters, encode, decode } = alphabetOf('hello, 🙂');
    expect(characters).toEqual([' ', ',', 'e', 'h', 'l', 'o', '🙂']);
    expect([...encode('hole🙂')]).toEqual([3, 5, 4, 2, 6]);
    expect(decode([3, 2, 6])).toBe('he🙂');
  });

  it('names what it does not know, and its place', async () => {
    const alphabet = alphabetOf('abc');
    await expectError(() => alphabet.encode('ab🙂d'), 'GM_LABEL', 'one of its 3 characters', '"🙂" at 2');
    await expectError(() => alphabet.decode([0, 3]), 'GM_LABEL', '3 at 1');
    await expectError(() => alphabet.decode([-1]), 'GM_LABEL', '-1 at 0');
    await expectError(() => alphabetOf(''), 'GM_OPTION', 'at least two different characters');
    await expectError(() => alphabetOf('aaa'), 'GM_OPTION', 'received 1');
  });
});

describe('passages', () => {
  beforeAll(async () => void (await useBackend('cpu')));
  const count = (length: number) => Int32Array.from({ length }, (_, index) => index);

  test.prop([fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 40 })])(
    'are the rows of the text, piece after piece, each symbol with the one after it',
    async (batchSize, time, more) => {
      const text = count(batchSize * time + 1 + more);
      const source = passages(text, { vocabulary: text.length + 1, batchSize, time });
      const row = Math.floor((text.length - 1) / batchSize);
      expect(source.batchesPerEpoch).toBe(Math.floor(row / time));
      for (const step of [0, source.batchesPerEpoch - 1, source.batchesPerEpoch, 3 * source.batchesPerEpoch + 1]) {
        const piece = step % source.batchesPerEpoch;
        const { x, next, first } = source.at(step);
        const expected = Array.from({ length: batchSize }, (_, r) =>
          Array.from({ length: time }, (_, t) => r * row + piece * time + t),
        );
        expect(await x.array()).toEqual(expected);
        expect(await next.array()).toEqual(expected.map((symbols) => symbols.map((symbol) => symbol + 1)));
        expect([first, x.dtype, next.dtype]).toEqual([piece === 0, 'int32', 'int32']);
        x.dispose();
        next.dispose();
      }
    },
  );

  it('say what an example is', () => {
    const { example, classes, batchSize } = passages(count(100), { vocabulary: 128, batchSize: 4, time: 8 });
    expect({ example, classes, batchSize }).toEqual({
      example: { shape: [8], dtype: 'int32', range: [0, 127] },
      classes: 128,
      batchSize: 4,
    });
  });

  it.each([
    [{ batchSize: 0 }, 'GM_OPTION', 'batchSize'],
    [{ time: 1.5 }, 'GM_OPTION', 'time'],
    [{ vocabulary: 1 }, 'GM_OPTION', 'vocabulary'],
    [{ time: 50 }, 'GM_OPTION', 'at least batchSize · time + 1 = 101 symbols, received 100'],
    [{ vocabulary: 50 }, 'GM_LABEL', '50 at 50'],
  ] as const)('refuse %j', async (wrong, code, words) => {
    await expectError(() => passages(count(100), { vocabulary: 100, batchSize: 2, time: 8, ...wrong }), code, words);
  });
});
