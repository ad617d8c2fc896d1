import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import { dense, dropout, flatten, relu, sequential } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `mlpClassifier`. */
export interface MlpClassifierOptions {
  /** What one example is; any shape, flattened first. */
  readonly input: Spec;
  /** Units of each hidden layer; the last ones are the features. None for logistic regression. */
  readonly hidden: readonly number[];
  /** At least 2. */
  readonly classes: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** How much of each hidden layer is silenced in training, in [0, 1). Default 0. */
  readonly dropout?: number;
  /** Makes the layer after each hidden one. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * A multilayer perceptron that tells class from class.
 *
 *   body: flatten → (dense → activation → dropout) for each of `hidden`;   head: dense, one logit for each class
 *
 * Kernels start Glorot-uniform, biases at zero.
 *
 * @returns a discriminator with logits [batch, classes] and features [batch, last of `hidden`]
 * @throws GM_OPTION when a size is not a positive whole number, there are fewer than 2 classes, or `dropout` is outside [0, 1); GM_FIT
 *   when the input is not float32
 * @see LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document recognition
 * @example mlpClassifier({ input: spec([28, 28, 1], [0, 1]), hidden: [256], classes: 10, random: seeded(1) })
 */
export function mlpClassifier(options: MlpClassifierOptions): FeatureNetwork {
  const { input, hidden, classes, random, dropout: rate = 0, activation = relu } = options;
  checkNumber('mlpClassifier', 'classes', classes, { min: 2, integer: true });
  const silence = dropout({ rate });
  const layers = hidden.flatMap((units) => [dense({ units, random }), activation(), ...(rate > 0 ? [silence] : [])]);
  const body = sequential(input, flatten(), ...layers);
  return discriminator({ body, head: dense({ units: classes, random }), name: 'mlpClassifier' });
}
