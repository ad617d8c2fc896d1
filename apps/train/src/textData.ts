import { readFile } from 'node:fs/promises';
import { type Examples, spec } from '@gm/core';
import { type Alphabet, alphabetOf, type Dataset } from '@gm/data';
import { tensor2d } from '@tensorflow/tfjs-core';
import { wrongFile } from './complain.js';

/** A text as numbers, and what it is numbered by. */
export interface Text {
  readonly alphabet: Alphabet;
  readonly training: Int32Array;
  /** The last tenth. */
  readonly test: Int32Array;
}

/** A shorter text has no tenth worth testing on. */
const LEAST = 1000;

/**
 * Reads a text file in UTF-8: nine tenths to train on, the last one to test.
 *
 * @throws GM_FILE when it cannot be read as text, or is too short
 */
export async function readText(path: string): Promise<Text> {
  const text = decode(path, await readFile(path));
  const count = [...text].length;
  if (count < LEAST) {
    throw wrongFile({
      where: `--data text:${path}`,
      expected: `a text of at least ${LEAST} characters`,
      received: `${count}`,
      remedy: 'Name a longer one; half a megabyte or more is worth learning.',
    });
  }
  const alphabet = alphabetOf(text);
  const symbols = alphabet.encode(text);
  const cut = Math.floor(0.9 * symbols.length);
  return { alphabet, training: symbols.subarray(0, cut), test: symbols.subarray(cut) };
}

/** Pieces of `time` symbols as a set of examples: one from every place of the text, or those that it falls into. */
export function piecesOf(
  symbols: Int32Array,
  { alphabet }: Pick<Text, 'alphabet'>,
  time: number,
  { overlapping = true }: { readonly overlapping?: boolean } = {},
): Dataset {
  const apart = overlapping ? 1 : time;
  const count = overlapping ? symbols.length - time : Math.floor(symbols.length / time);
  return {
    count,
    example: spec([time], [0, alphabet.characters.length - 1], 'int32'),
    classes: alphabet.characters.length,
    at(places): Examples {
      const rows = new Int32Array(places.length * time);
      for (const [row, place] of Array.from(places).entries())
        rows.set(symbols.subarray(place * apart, place * apart + time), row * time);
      return { x: tensor2d(rows, [places.length, time], 'int32') };
    },
  };
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wrongFile({
      where: `--data text:${path}`,
      expected: 'a text file in UTF-8',
      received: 'bytes that are none',
      remedy: 'Save it as UTF-8, or name another file.',
      cause,
    });
  }
}
