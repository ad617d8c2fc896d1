import { checkNumber, type Layer, type Network, type Random, type Spec, sizeOf, spec } from '@gm/core';
import { dense, relu, reshape, sequential } from '@gm/networks';
import { endingIn, giving } from './ending.js';

/** Options of `mlpDecoder`. */
export interface MlpDecoderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** Units of each hidden layer; none for a linear decoder. */
  readonly hidden: readonly number[];
  /** What one example is; its range decides the last activation. */
  readonly output: Spec;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer after each hidden one. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * A multilayer perceptron z → x.
 *
 *   (dense → activation) for each of `hidden` → dense → sigmoid for [0, 1], tanh for [−1, 1], nothing otherwise → reshape
 *
 * @returns a network from [latent] to `output`
 * @throws GM_OPTION when a size is not a positive whole number; GM_RANGE when no activation gives the range
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C, arXiv:1312.6114
 * @example mlpDecoder({ latent: 20, hidden: [400], output: spec([28, 28, 1], 'logits'), random: seeded(1) })
 */
export function mlpDecoder({ latent, hidden, output, random, activation = relu }: MlpDecoderOptions): Network {
  checkNumber('mlpDecoder', 'latent', latent, { min: 1, integer: true });
  const ending = endingIn('mlpDecoder', output.range);
  const layers = hidden.flatMap((units) => [dense({ units, random }), activation()]);
  const last = dense({ units: sizeOf(output.shape), random });
  return giving(output, sequential(spec([latent]), ...layers, last, ...ending, reshape(output.shape)));
}
