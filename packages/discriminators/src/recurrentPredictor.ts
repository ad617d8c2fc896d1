import {
  checkChoice,
  checkNumber,
  gmError,
  type Network,
  type Predictive,
  type Random,
  type Spec,
  showSpec,
  sizeOf,
} from '@gm/core';
import { dense, gru, lstm, network, reshape, sequential } from '@gm/networks';

/** Options of `recurrentPredictor`. */
export interface RecurrentPredictorOptions {
  /** What is seen: [time, channels]. */
  readonly input: Spec;
  /** Shape of what is predicted: [horizon], or [horizon, channels]. */
  readonly targets: readonly number[];
  /** How the numbers are read; it says how many there are for each target. */
  readonly head: Pick<Predictive, 'size'>;
  /** Units of each recurrent layer. */
  readonly hidden: readonly number[];
  /** Default 'lstm'. */
  readonly cell?: 'lstm' | 'gru';
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * p(next | past): a recurrent network that reads a piece of a series and predicts all targets at once from its last state.
 *
 *   cell → … → cell → dense → [...targets, head.size]
 *
 * @returns a network [time, channels] → [...targets, head.size], for `regressor` of @gm/trainers and `predictInterval`
 * @throws GM_OPTION when a size is not a positive whole number, or there is no hidden layer; GM_FIT when the input is no series
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory; Wen et al. (2017), A multi-horizon quantile recurrent forecaster,
 *   which predicts all steps at once, arXiv:1711.11053
 * @example recurrentPredictor({ input: spec([48, 1]), targets: [12], head: gaussianHead(), hidden: [32], random: seeded(1) })
 */
export function recurrentPredictor(options: RecurrentPredictorOptions): Network {
  const { input, targets, head, hidden, cell = 'lstm', random } = options;
  const whole = { min: 1, integer: true };
  checkChoice('recurrentPredictor', 'cell', cell, ['lstm', 'gru']);
  checkNumber('recurrentPredictor', 'hidden.length', hidden.length, whole);
  checkNumber('recurrentPredictor', 'targets.length', targets.length, whole);
  for (const size of targets) checkNumber('recurrentPredictor', 'each of targets', size, whole);
  if (input.shape.length !== 2) throw noSeries(input);
  const make = cell === 'lstm' ? lstm : gru;
  const cells = hidden.map((units, layer) => make({ units, sequences: layer < hidden.length - 1, random }));
  const shape = [...targets, head.size];
  const made = sequential(input, ...cells, dense({ units: sizeOf(shape), random }), reshape(shape));
  return network({ ...made, name: 'recurrentPredictor' });
}

function noSeries(input: Spec) {
  return gmError('GM_FIT', {
    where: 'recurrentPredictor',
    expected: 'an input [time, channels]',
    received: showSpec(input),
    remedy: 'Give a single series a channel: [time, 1].',
  });
}
