import type { Layer, Random, Spec } from '@gm/core';
import { conditionBy, dense, dropout, flatten, type KernelNorm, leakyRelu, sequential } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `mlpDiscriminator`. */
export interface MlpDiscriminatorOptions {
  /** What one example is; any shape, flattened first. */
  readonly input: Spec;
  /** Units of each hidden layer; the last ones are the features. */
  readonly hidden: readonly number[];
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** How much of each hidden layer is silenced in training, in [0, 1). Default 0. */
  readonly dropout?: number;
  /** Makes the layer after each hidden one. Default `leakyRelu`, with slope 0.2. */
  readonly activation?: () => Layer;
  /** Keeps the kernels in scale: `spectralNorm()`. Default: none does. */
  readonly kernelNorm?: KernelNorm;
}

/**
 * A multilayer perceptron that tells real from generated.
 *
 *   body: flatten → (dense → activation → dropout) for each of `hidden`;   head: dense, one logit of being real
 *
 * Kernels start Glorot-uniform, biases at zero.
 *
 * @returns a discriminator with logits [batch] and features [batch, last of `hidden`]
 * @throws GM_OPTION when a size is not a positive whole number or `dropout` is outside [0, 1); GM_FIT when the input is not float32
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, sections 3 and 5, arXiv:1406.2661
 * @example mlpDiscriminator({ input: spec([28, 28, 1], [0, 1]), hidden: [256, 256], random: seeded(1) })
 */
export function mlpDiscriminator(options: MlpDiscriminatorOptions): FeatureNetwork {
  const { input, hidden, classes, random, dropout: rate = 0, activation = leakyRelu, kernelNorm } = options;
  const silence = dropout({ rate });
  const shared = { random, ...(kernelNorm && { kernelNorm }) };
  const layers = hidden.flatMap((units) => [dense({ units, ...shared }), activation(), ...(rate > 0 ? [silence] : [])]);
  const body = sequential(input, flatten(), ...conditionBy(classes), ...layers);
  return discriminator({ body, head: dense({ units: 1, ...shared }), name: 'mlpDiscriminator' });
}
