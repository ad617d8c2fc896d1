import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import { conditionBy, dense, flatten, relu, sequential } from '@gm/networks';
import { type GaussianEncoder, gaussianEncoder } from './encoder.js';

/** Options of `mlpEncoder`. */
export interface MlpEncoderOptions {
  /** What one example is; any shape, flattened first. */
  readonly input: Spec;
  /** Units of each hidden layer; none for a linear encoder. */
  readonly hidden: readonly number[];
  /** How many numbers one code has. */
  readonly latent: number;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer after each hidden one. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * A multilayer perceptron x → q(z | x).
 *
 *   flatten → (dense → activation) for each of `hidden` → dense [μ, log σ²]
 *
 * Kernels start Glorot-uniform, biases at zero, so that σ² starts around 1.
 *
 * @returns an encoder of `input` to codes [latent]
 * @throws GM_OPTION when a size is not a positive whole number; GM_FIT when the input is not float32
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.2, arXiv:1312.6114; Glorot & Bengio (2010)
 * @example mlpEncoder({ input: spec([28, 28, 1], [0, 1]), hidden: [400], latent: 20, random: seeded(1) })
 */
export function mlpEncoder(options: MlpEncoderOptions): GaussianEncoder {
  const { input, hidden, latent, classes, random, activation = relu } = options;
  checkNumber('mlpEncoder', 'latent', latent, { min: 1, integer: true });
  const layers = hidden.flatMap((units) => [dense({ units, random }), activation()]);
  return gaussianEncoder(
    sequential(input, flatten(), ...conditionBy(classes), ...layers, dense({ units: 2 * latent, random })),
  );
}
