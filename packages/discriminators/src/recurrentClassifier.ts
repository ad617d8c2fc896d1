import { checkNumber } from '@gm/core';
import { dense, type SequenceReaderOptions, sequenceReader } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `recurrentClassifier`. */
export interface RecurrentClassifierOptions extends SequenceReaderOptions {
  /** At least 2. */
  readonly classes: number;
}

/**
 * Tells classes of sequences, of different lengths too: a recurrent network reads the whole and answers from its last state.
 *
 *   body: (embedding →) cell → … → cell;   head: dense, one logit for each class
 *
 * Shorter sequences are filled up with the symbol `padding` (by `sequenceDataset` of @gm/data): a step that holds it leaves the state as it is.
 *
 * @returns a discriminator with logits [batch, classes] and features [batch, last of `hidden`]
 * @throws GM_OPTION when a size is not a positive whole number, there is no hidden layer, there are fewer than 2 classes, or `padding`
 *   is no symbol; GM_FIT when the input is no sequence
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory
 * @example recurrentClassifier({ input: spec([20], [0, 27], 'int32'), padding: 0, hidden: [32], classes: 18, random: seeded(1) })
 */
export function recurrentClassifier(options: RecurrentClassifierOptions): FeatureNetwork {
  const { classes, random } = options;
  checkNumber('recurrentClassifier', 'classes', classes, { min: 2, integer: true });
  const body = sequenceReader(options);
  return discriminator({ body, head: dense({ units: classes, random }), name: 'recurrentClassifier' });
}
