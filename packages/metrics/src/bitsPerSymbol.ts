import { checkNumber, gmError, type Recurrent } from '@gm/core';
import { cast, dispose, logSumExp, mul, oneHot, sub, sum, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Protocol } from './measurement.js';

/** What a sequence costs. */
export interface Bits {
  /** Per symbol. */
  readonly bits: number;
  /** How many symbols were counted. */
  readonly count: number;
  /** That count, and the rows. */
  readonly protocol: Protocol;
}

export interface BitsOptions {
  /** How many places are read at once; each but the first begins without what stands before it. Default 16. */
  readonly rows?: number;
  /** Symbols in one evaluation. Default 128. */
  readonly time?: number;
}

/**
 * How many bits a sequence costs under a recurrent generator, on average over its symbols but the first of each row.
 *
 *   −1/N Σₜ log₂ p(xₜ₊₁ | x₍≤ₜ₎)
 *
 * @param generator  gives the logits of each next symbol
 * @param symbols    whole numbers 0 … vocabulary − 1
 * @returns bits per symbol, and how many symbols were counted
 * @throws GM_OPTION when `rows` or `time` is not a positive whole number, or there are fewer than two symbols in a row; GM_LABEL for a
 *   symbol outside the vocabulary
 * @example await bitsPerSymbol(generator, alphabet.encode(testText))
 */
export async function bitsPerSymbol(
  generator: Recurrent,
  symbols: Int32Array,
  { rows = 16, time = 128 }: BitsOptions = {},
): Promise<Bits> {
  checkNumber('bitsPerSymbol', 'rows', rows, { min: 1, integer: true });
  checkNumber('bitsPerSymbol', 'time', time, { min: 1, integer: true });
  const length = checkNumber('bitsPerSymbol', 'symbols in a row', Math.floor(symbols.length / rows), { min: 2 });
  checkSymbols(symbols, generator.output.shape.at(-1)!);
  let state = generator.start(rows);
  let nats = 0;
  try {
    for (let from = 0; from + 1 < length; from += time) {
      const steps = Math.min(time, length - 1 - from);
      const piece = (offset: number) => cut(symbols, { rows, length, from: from + offset, steps });
      const after = costOf(generator, piece(0), piece(1), state);
      dispose(state);
      state = after.state;
      nats += (await after.cost.data())[0]!;
      after.cost.dispose();
    }
  } finally {
    dispose(state);
  }
  const count = rows * (length - 1);
  return { bits: nats / count / Math.LN2, count, protocol: { count, rows } };
}

function checkSymbols(symbols: Int32Array, vocabulary: number): void {
  const place = symbols.findIndex((symbol) => symbol < 0 || symbol >= vocabulary);
  if (place < 0) return;
  throw gmError('GM_LABEL', {
    where: 'bitsPerSymbol',
    expected: `symbols 0 … ${vocabulary - 1}, of a vocabulary of ${vocabulary}`,
    received: `${symbols[place]} at place ${place}`,
    remedy: 'Encode the text with the alphabet that the generator was trained on.',
  });
}

/** Those steps of every row, int32 [rows, steps]. */
function cut(symbols: Int32Array, place: { rows: number; length: number; from: number; steps: number }): Int32Array[] {
  const { rows, length, from, steps } = place;
  return Array.from({ length: rows }, (_, row) => symbols.subarray(row * length + from, row * length + from + steps));
}

/** Σ −log p in nats, and the state after it. */
function costOf(
  generator: Recurrent,
  x: readonly Int32Array[],
  next: readonly Int32Array[],
  before: readonly Tensor[],
) {
  const [cost, ...state] = tidy(() => {
    const after = generator.advance(asTensor(x), before);
    const chosen = cast(oneHot(asTensor(next), after.y.shape[2]!), 'float32');
    return [sum(sub(logSumExp(after.y, -1), sum(mul(after.y, chosen), -1))), ...after.state];
  });
  return { cost: cost!, state };
}

function asTensor(rows: readonly Int32Array[]): Tensor {
  const [count, steps] = [rows.length, rows[0]!.length];
  const flat = new Int32Array(count * steps);
  for (const [index, row] of rows.entries()) flat.set(row, index * steps);
  return tensor2d(flat, [count, steps], 'int32');
}
