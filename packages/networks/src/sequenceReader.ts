import { checkChoice, checkNumber, gmError, type Network, type Random, type Spec, showSpec } from '@gm/core';
import { cast, notEqual, Select, type Tensor } from '@tensorflow/tfjs-core';
import { embedding } from './embedding.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { network } from './network.js';
import { sequential } from './sequential.js';

/** Options of `sequenceReader`. */
export interface SequenceReaderOptions {
  /** What is read: real numbers [time, channels], one-hot symbols too, or symbols int32 [time] in [0, vocabulary − 1]. */
  readonly input: Spec;
  /** Units of each recurrent layer. */
  readonly hidden: readonly number[];
  /** Default 'lstm'. */
  readonly cell?: 'lstm' | 'gru';
  /** How many numbers stand for a symbol. Default 64, or fewer in a small vocabulary. */
  readonly embedding?: number;
  /** The symbol that fills up sequences shorter than `time`: steps that hold it are passed over. Default: that of `input`, if it has one. */
  readonly padding?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * Reads a whole sequence, and gives the last state: the body of encoders, discriminators and classifiers of sequences.
 *
 *   (embedding →) cell → … → cell,   y = h_T
 *
 * A sequence shorter than `time` is filled up with the symbol `padding` (by `sequenceDataset` of @gm/data): a step that holds it leaves every
 * state as it is; data that are filled up with another one are refused. For real numbers, `mask` of the options of `apply` does the same.
 *
 * @returns a network from `input` to [last of `hidden`], in [−1, 1]
 * @throws GM_OPTION when a size is not a positive whole number, there is no hidden layer, or `padding` is no symbol; GM_FIT when the
 *   input is no sequence
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory
 * @example sequenceReader({ input: spec([20], [0, 27], 'int32'), padding: 0, hidden: [32], random: seeded(1) })
 */
export function sequenceReader(options: SequenceReaderOptions): Network {
  const where = 'sequenceReader';
  const { input, hidden, cell = 'lstm', random, padding = input.padding } = options;
  checkChoice(where, 'cell', cell, ['lstm', 'gru']);
  checkNumber(where, 'hidden.length', hidden.length, { min: 1, integer: true });
  checkSequences(input);
  if (padding !== undefined) checkPadding(padding, input);
  const make = cell === 'lstm' ? lstm : gru;
  const cells = hidden.map((units, layer) => make({ units, sequences: layer < hidden.length - 1, random }));
  const made = sequential(input, ...embedded(input, options), ...cells);
  if (padding === undefined) return network({ ...made, name: where });
  return network({
    ...made,
    name: where,
    input: { ...input, padding },
    kernels: [...made.kernels!, Select],
    apply: (x, applying) => made.apply(x, { ...applying, mask: without(padding, x) }),
  });
}

/** 1 where a symbol is not that one. */
function without(padding: number, x: Tensor): Tensor {
  return cast(notEqual(x, padding), 'float32');
}

function embedded({ dtype, range }: Spec, { embedding: units, random }: SequenceReaderOptions) {
  if (dtype !== 'int32') return [];
  const vocabulary = Number(range[1]) + 1;
  return [embedding({ vocabulary, units: units ?? Math.min(64, vocabulary), random })];
}

function checkSequences(input: Spec): void {
  const { shape, dtype, range } = input;
  if (dtype === 'int32' ? shape.length === 1 && typeof range !== 'string' : shape.length === 2) return;
  throw gmError('GM_FIT', {
    where: 'sequenceReader',
    expected: 'an input of real numbers [time, channels], or of symbols int32 [time] in a range',
    received: showSpec(input),
    remedy: `Give a single series a channel: [time, 1]; say spec([time], [0, vocabulary - 1], 'int32') of symbols.`,
  });
}

function checkPadding(padding: number, input: Spec): void {
  if (input.dtype === 'int32') {
    checkNumber('sequenceReader', 'padding', padding, {
      min: Number(input.range[0]),
      max: Number(input.range[1]),
      integer: true,
    });
    return;
  }
  throw gmError('GM_OPTION', {
    where: 'sequenceReader',
    expected: 'no padding symbol for real numbers',
    received: `${padding}`,
    remedy: 'Pass { mask } to apply, [batch, time] with 0 for steps that do not count.',
  });
}
