import { checkChoice, checkNumber, gmError, type Network, type Random, type Spec, showSpec, spec } from '@gm/core';
import { dense, gru, lstm, network, perStep, sequential } from '@gm/networks';
import { expandDims, tile } from '@tensorflow/tfjs-core';
import { ending } from './ending.js';
import { checkOutput } from './output.js';

/** Options of `recurrentDecoder`. */
export interface RecurrentDecoderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** What one sequence is: [time, channels]; the last activation follows its range. Logits [time, vocabulary] for symbols. */
  readonly output: Spec;
  /** Units of each recurrent layer, from the code on. */
  readonly hidden: readonly number[];
  /** Default 'lstm'. */
  readonly cell?: 'lstm' | 'gru';
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * A recurrent network z → x₁ … x_T, which hears the code at every step: the generator of a GAN of sequences, the decoder of a VAE of
 * series.
 *
 *   hₜ = cell(z, hₜ₋₁) → … → xₜ = last activation(W hₜ + b)
 *
 * Symbols are drawn by `gumbelSoftmax()` of @gm/networks behind it. The last activation is none for logits and unbounded numbers, tanh
 * for [−1, 1], the sigmoid for [0, 1], and the sigmoid stretched for any other interval.
 *
 * @returns a network [latent] → `output`
 * @throws GM_OPTION when a size is not a positive whole number, or there is no hidden layer; GM_DTYPE when the output is not float32;
 *   GM_FIT when it is no sequence
 * @see Mogren (2016), C-RNN-GAN, arXiv:1611.09904; Esteban, Hyland & Rätsch (2017), Real-valued medical time series generation with
 *   recurrent conditional GANs, arXiv:1706.02633
 * @example recurrentDecoder({ latent: 8, output: spec([48, 1]), hidden: [32], random: seeded(1) })
 */
export function recurrentDecoder(options: RecurrentDecoderOptions): Network {
  const { latent, output, hidden, cell = 'lstm', random } = options;
  const whole = { min: 1, integer: true };
  checkNumber('recurrentDecoder', 'latent', latent, whole);
  checkNumber('recurrentDecoder', 'hidden.length', hidden.length, whole);
  checkChoice('recurrentDecoder', 'cell', cell, ['lstm', 'gru']);
  checkOutput('recurrentDecoder', output);
  const [time, channels] = sequenceOf(output);
  const make = cell === 'lstm' ? lstm : gru;
  const cells = hidden.map((units) => make({ units, sequences: true, random }));
  const head = perStep(dense({ units: channels, random }), ...ending(output.range));
  return network({
    ...sequential(spec([latent]), everyStep(time), ...cells, head),
    name: 'recurrentDecoder',
    output,
  });
}

/** The same numbers at each of so many steps: [n] → [time, n]. */
function everyStep(time: number) {
  return (input: Spec): Network =>
    network({
      name: 'everyStep',
      input,
      output: spec([time, ...input.shape], input.range),
      apply: (z) => tile(expandDims(z, 1), [1, time, 1]),
    });
}

function sequenceOf(output: Spec): readonly [time: number, channels: number] {
  const [time, channels, ...more] = output.shape;
  if (time !== undefined && channels !== undefined && more.length === 0) return [time, channels];
  throw gmError('GM_FIT', {
    where: 'recurrentDecoder',
    expected: 'output of shape [time, channels]',
    received: showSpec(output),
    remedy: 'Give a single series a channel: [time, 1].',
  });
}
