import { checkNumber, gmError, type Passage, spec } from '@gm/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { Batches } from './batches.js';

/** Characters as numbers. */
export interface Alphabet {
  /** The character of each number, in order. */
  readonly characters: readonly string[];
  /** @throws GM_LABEL naming the first character that is not in it, and its place */
  encode(text: string): Int32Array;
  /** @throws GM_LABEL naming the first number that stands for none */
  decode(symbols: ArrayLike<number>): string;
}

/**
 * The characters of a text, numbered in the order of their code points.
 *
 * @param text  or a list of characters, as `characters` of an alphabet that was saved
 * @throws GM_OPTION when there are fewer than two different ones
 * @example const alphabet = alphabetOf('hello');  alphabet.encode('hole')  // [1, 3, 2, 0]
 */
export function alphabetOf(text: string | readonly string[]): Alphabet {
  const characters = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (characters.length < 2) {
    throw gmError('GM_OPTION', {
      where: 'alphabetOf',
      expected: 'a text of at least two different characters',
      received: `${characters.length}`,
      remedy: 'Give the whole text that is to be learned.',
    });
  }
  const numbers = new Map(characters.map((character, number) => [character, number]));
  return {
    characters,
    encode(some) {
      const symbols: number[] = [];
      for (const character of some) {
        const number = numbers.get(character);
        if (number === undefined) throw stranger(JSON.stringify(character), symbols.length, characters);
        symbols.push(number);
      }
      return Int32Array.from(symbols);
    },
    decode(symbols) {
      return Array.from(symbols, (symbol, index) => {
        const character = characters[symbol];
        if (character === undefined) throw stranger(String(symbol), index, characters);
        return character;
      }).join('');
    },
  };
}

function stranger(received: string, index: number, characters: readonly string[]) {
  return gmError('GM_LABEL', {
    where: 'alphabet',
    expected: `one of its ${characters.length} characters`,
    received: `${received} at ${index}`,
    remedy: 'Leave it out, or make the alphabet from a text that has it.',
  });
}

export interface PassagesOptions {
  /** How many different symbols there are. */
  readonly vocabulary: number;
  /** How many places of the text are read at once. */
  readonly batchSize: number;
  /** Symbols in one piece. */
  readonly time: number;
}

/**
 * A long sequence cut for truncated back-propagation: it is laid out in `batchSize` rows, and each batch is the next `time` symbols of
 * every row, so that the state after one batch is the state before the next. The batch of a step is a pure function of the step.
 *
 * @returns batches of symbols `x` and of those one later, `next`, int32 [batchSize, time]; `first` begins the rows anew
 * @throws GM_OPTION when a size is not a positive whole number, or the text too short for one piece in each row; GM_LABEL for a
 *   symbol outside the vocabulary
 * @see Williams & Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network trajectories
 * @example passages(alphabet.encode(text), { vocabulary: alphabet.characters.length, batchSize: 32, time: 64 })
 */
export function passages(symbols: Int32Array, { vocabulary, batchSize, time }: PassagesOptions): Batches<Passage> {
  for (const [name, value] of Object.entries({ batchSize, time })) {
    checkNumber('passages', name, value, { min: 1, integer: true });
  }
  checkNumber('passages', 'vocabulary', vocabulary, { min: 2, integer: true });
  checkSymbols(symbols, vocabulary);
  const row = Math.floor((symbols.length - 1) / batchSize);
  const batchesPerEpoch = Math.floor(row / time);
  if (batchesPerEpoch === 0) {
    throw gmError('GM_OPTION', {
      where: 'passages',
      expected: `at least batchSize · time + 1 = ${batchSize * time + 1} symbols`,
      received: `${symbols.length}`,
      remedy: 'Give a longer text, or take a smaller batchSize or time.',
    });
  }
  const cut = (from: number) => {
    const rows = new Int32Array(batchSize * time);
    for (let index = 0; index < batchSize; index++) {
      const start = index * row + from;
      rows.set(symbols.subarray(start, start + time), index * time);
    }
    return tensor2d(rows, [batchSize, time], 'int32');
  };
  return {
    example: spec([time], [0, vocabulary - 1], 'int32'),
    classes: vocabulary,
    batchSize,
    batchesPerEpoch,
    at(step) {
      checkNumber('passages', 'step', step, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
      const piece = step % batchesPerEpoch;
      return { x: cut(piece * time), next: cut(piece * time + 1), first: piece === 0 };
    },
  };
}

function checkSymbols(symbols: Int32Array, vocabulary: number): void {
  const place = symbols.findIndex((symbol) => symbol < 0 || symbol >= vocabulary);
  if (place < 0) return;
  throw gmError('GM_LABEL', {
    where: 'passages',
    expected: `symbols from 0 to ${vocabulary - 1}`,
    received: `${symbols[place]} at ${place}`,
    remedy: 'Say how many different symbols there are, or encode the text with an alphabet.',
  });
}
