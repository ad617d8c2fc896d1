import { readFile } from 'node:fs/promises';
import { type Examples, spec } from '@gm/core';
import { type Alphabet, alphabetOf, type Dataset } from '@gm/data';
import { cast, oneHot, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { wrongFile } from './complain.js';
import type { Values } from './results.js';

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

/** The same pieces as rows that are 1 at the place of a symbol, [time, vocabulary], which gradients of a generator reach. */
export function oneHotOf({ count, example, classes, at }: Dataset): Dataset {
  return {
    count,
    example: spec([example.shape[0]!, classes!], [0, 1]),
    at(places): Examples {
      const { x } = at(places);
      const rows = tidy(() => cast(oneHot(x as Tensor2D, classes!), 'float32'));
      x.dispose();
      return { x: rows };
    },
  };
}

/** What one-hot or likely rows [count, time, vocabulary] say. */
export function textsOf({ values, shape }: Values, alphabet: Alphabet): string[] {
  const [count, time, vocabulary] = shape as [number, number, number];
  const symbolAt = (row: number) => {
    const shares = values.subarray(row * vocabulary, (row + 1) * vocabulary);
    return shares.indexOf(Math.max(...shares));
  };
  return Array.from({ length: count }, (_, piece) =>
    alphabet.decode(Array.from({ length: time }, (_, step) => symbolAt(piece * time + step))),
  );
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
