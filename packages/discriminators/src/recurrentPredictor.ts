import { checkNumber, type Network, type Predictive, sizeOf } from '@gm/core';
import { dense, network, reshape, type SequenceReaderOptions, sequenceReader, sequential } from '@gm/networks';

/** Options of `recurrentPredictor`. */
export interface RecurrentPredictorOptions extends SequenceReaderOptions {
  /** Shape of what is predicted: [horizon], or [horizon, channels]. */
  readonly targets: readonly number[];
  /** How the numbers are read; it says how many there are for each target. */
  readonly head: Pick<Predictive, 'size'>;
}

/**
 * p(next | past): a recurrent network that reads a piece of a series and predicts all targets at once from its last state.
 *
 *   sequenceReader → dense → [...targets, head.size]
 *
 * @returns a network from `input` to [...targets, head.size], for `regressor` of @gm/trainers and `predictInterval`
 * @throws GM_OPTION when a size is not a positive whole number, or there is no hidden layer; GM_FIT when the input is no sequence
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory; Wen et al. (2017), A multi-horizon quantile recurrent forecaster,
 *   which predicts all steps at once, arXiv:1711.11053
 * @example recurrentPredictor({ input: spec([48, 1]), targets: [12], head: gaussianHead(), hidden: [32], random: seeded(1) })
 */
export function recurrentPredictor(options: RecurrentPredictorOptions): Network {
  const { targets, head, random } = options;
  const whole = { min: 1, integer: true };
  checkNumber('recurrentPredictor', 'targets.length', targets.length, whole);
  for (const size of targets) checkNumber('recurrentPredictor', 'each of targets', size, whole);
  const shape = [...targets, head.size];
  const reader = sequenceReader(options);
  const made = sequential(reader.input, reader, dense({ units: sizeOf(shape), random }), reshape(shape));
  return network({ ...made, name: 'recurrentPredictor' });
}
