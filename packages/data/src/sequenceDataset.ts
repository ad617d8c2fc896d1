import { checkNumber, gmError, type LabelledExamples, spec } from '@gm/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import { type Dataset, datasetOf } from './dataset.js';

/** Options of `sequenceDataset`. */
export interface SequenceDatasetOptions {
  /** Each a list of symbols 0 … vocabulary − 1, of at least one. */
  readonly sequences: readonly ArrayLike<number>[];
  /** How many different symbols there are, that of `padding` included; at least 2. */
  readonly vocabulary: number;
  /** The symbol that fills shorter sequences up; none of them may hold it. Default: they all have to be of one length. */
  readonly padding?: number;
  /** How many steps an example has. Default: as many as the longest sequence. */
  readonly time?: number;
  readonly labels?: ArrayLike<number>;
  /** Default: one more than the largest label. */
  readonly classes?: number;
}

/**
 * Sequences of symbols, of different lengths too, for `recurrentClassifier`, `recurrentEncoder` and `sequenceVae`, which pass over
 * `padding`.
 *
 *   x = [s₁, …, s_n, padding, …, padding],   n ≤ time
 *
 * @returns examples int32 [time] in [0, vocabulary − 1], whose spec says the padding, so that a model that counts it is refused
 * @throws GM_SHAPE when a sequence is empty or longer than `time`, or lengths differ and there is no padding; GM_LABEL for a symbol beyond
 *   the vocabulary or a label that is none, or a sequence that holds the padding; GM_OPTION for other options outside their limits
 * @example sequenceDataset({ sequences: names.map(alphabet.encode), vocabulary: 28, padding: 27, labels })
 */
export function sequenceDataset(
  options: SequenceDatasetOptions & { readonly labels: ArrayLike<number> },
): Dataset<LabelledExamples>;
export function sequenceDataset(options: SequenceDatasetOptions): Dataset;
export function sequenceDataset(options: SequenceDatasetOptions): Dataset {
  const { sequences, vocabulary, padding, labels, classes } = options;
  const where = 'sequenceDataset';
  checkNumber(where, 'vocabulary', vocabulary, { min: 2, integer: true });
  if (padding !== undefined) checkNumber(where, 'padding', padding, { min: 0, max: vocabulary - 1, integer: true });
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 1);
  const time = checkNumber(where, 'time', options.time ?? longest, { min: 1, integer: true });
  for (const [index, sequence] of sequences.entries()) {
    checkLength(index, sequence.length, time, padding !== undefined);
    checkSymbols(index, sequence, vocabulary, padding);
  }
  const example = { ...spec([time], [0, vocabulary - 1], 'int32'), ...(padding !== undefined && { padding }) };
  return datasetOf(where, { count: sequences.length, example, labels, classes }, (indices) => {
    const rows = new Int32Array(indices.length * time).fill(padding ?? 0);
    for (let row = 0; row < indices.length; row++) rows.set(sequences[indices[row]!]!, row * time);
    return tensor2d(rows, [indices.length, time], 'int32');
  });
}

function checkLength(index: number, length: number, time: number, filled: boolean): void {
  if (length > 0 && (filled ? length <= time : length === time)) return;
  throw gmError('GM_SHAPE', {
    where: 'sequenceDataset',
    expected: filled ? `sequences of 1 to ${time} symbols` : `sequences of ${time} symbols each, without padding`,
    received: `${length} at ${index}`,
    remedy: filled || length === 0 ? 'Leave it out, or cut it.' : 'Name a symbol for padding that none of them holds.',
  });
}

function checkSymbols(
  index: number,
  sequence: ArrayLike<number>,
  vocabulary: number,
  padding: number | undefined,
): void {
  for (let step = 0; step < sequence.length; step++) {
    const symbol = sequence[step]!;
    if (Number.isInteger(symbol) && symbol >= 0 && symbol < vocabulary && symbol !== padding) continue;
    throw gmError('GM_LABEL', {
      where: 'sequenceDataset',
      expected: `symbols from 0 to ${vocabulary - 1}${padding === undefined ? '' : `, but for the padding ${padding}`}`,
      received: `${symbol} in sequence ${index} at ${step}`,
      remedy: 'Encode them with the alphabet of all, and keep a symbol of its own for padding.',
    });
  }
}
