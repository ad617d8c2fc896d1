import { checkNumber } from '@gm/core';
import { dense, type SequenceReaderOptions, sequenceReader, sequential } from '@gm/networks';
import { type GaussianEncoder, gaussianEncoder } from './encoder.js';

/** Options of `recurrentEncoder`. */
export interface RecurrentEncoderOptions extends SequenceReaderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
}

/**
 * A recurrent network x₁ … x_T → q(z | x), for symbols and for series.
 *
 *   sequenceReader → dense [μ, log σ²]
 *
 * @returns an encoder of `input` to codes [latent]
 * @throws GM_OPTION when a size is not a positive whole number, there is no hidden layer, or `padding` is no symbol; GM_FIT when the
 *   input is no sequence
 * @see Bowman et al. (2016), Generating Sentences from a Continuous Space, section 2.2, arXiv:1511.06349
 * @example recurrentEncoder({ input: spec([20], [0, 27], 'int32'), hidden: [64], latent: 8, random: seeded(1) })
 */
export function recurrentEncoder({ latent, ...options }: RecurrentEncoderOptions): GaussianEncoder {
  checkNumber('recurrentEncoder', 'latent', latent, { min: 1, integer: true });
  const reader = sequenceReader(options);
  return gaussianEncoder(sequential(reader.input, reader, dense({ units: 2 * latent, random: options.random })));
}
