import { checkNumber, type Layer, type Network, type Random, type Spec, sizeOf, spec } from '@gm/core';
import { conditionBy, dense, network, relu, reshape, sequential } from '@gm/networks';
import { ending } from './ending.js';
import { checkOutput } from './output.js';

/** Options of `mlpDecoder`. */
export interface MlpDecoderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** Units of each hidden layer, from the code on; none for a linear decoder. */
  readonly hidden: readonly number[];
  /** What one example is; the last activation follows its range. */
  readonly output: Spec;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer after each hidden one. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * A multilayer perceptron z → x.
 *
 *   (dense → activation) for each of `hidden` → dense → last activation → reshape
 *
 * The last activation is none for logits and unbounded numbers, tanh for [−1, 1], the sigmoid for [0, 1], and the sigmoid stretched
 * for any other interval. Kernels start Glorot-uniform, biases at zero.
 *
 * @returns a network [latent] → `output`
 * @throws GM_OPTION when a size is not a positive whole number; GM_DTYPE when the output is not float32
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.1, arXiv:1312.6114; Glorot & Bengio (2010)
 * @example mlpDecoder({ latent: 20, hidden: [400], output: spec([28, 28, 1], 'logits'), random: seeded(1) })
 */
export function mlpDecoder(options: MlpDecoderOptions): Network {
  const { latent, hidden, output, classes, random, activation = relu } = options;
  checkNumber('mlpDecoder', 'latent', latent, { min: 1, integer: true });
  checkOutput('mlpDecoder', output);
  const layers = hidden.flatMap((units) => [dense({ units, random }), activation()]);
  const last = [dense({ units: sizeOf(output.shape), random }), ...ending(output.range), reshape(output.shape)];
  return network({
    ...sequential(spec([latent]), ...conditionBy(classes), ...layers, ...last),
    name: 'mlpDecoder',
    output,
  });
}
