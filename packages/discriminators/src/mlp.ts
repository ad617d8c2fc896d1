import { checkNumber, type Layer, type Network, type Random, type Spec } from '@gm/core';
import { dense, dropout as dropoutLayer, flatten, leakyRelu, relu, sequential } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `mlpDiscriminator`. */
export interface MlpDiscriminatorOptions {
  /** What one example is; any shape, flattened first. */
  readonly input: Spec;
  /** Units of each hidden layer; the last one gives the features. */
  readonly hidden: readonly number[];
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Share of hidden units silenced in training, 0 … 1. Default 0. */
  readonly dropout?: number;
  /** Makes the layer after each hidden one. Default `leakyRelu` (slope 0.2); `relu` in a classifier. */
  readonly activation?: () => Layer;
}

/**
 * A multilayer perceptron that tells real from generated.
 *
 *   flatten → (dense → leakyRelu → dropout) for each of `hidden` → dense [1]
 *
 * @returns logits [batch]; features: the last hidden layer
 * @throws GM_OPTION when a size or the dropout is outside its limits
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, section 5, arXiv:1406.2661
 * @example mlpDiscriminator({ input: spec([28, 28, 1], [0, 1]), hidden: [512, 256], random: seeded(1) })
 */
export function mlpDiscriminator(options: MlpDiscriminatorOptions): FeatureNetwork {
  return discriminator({ body: bodyOf(options, leakyRelu), head: dense({ units: 1, random: options.random }) });
}

/** Options of `mlpClassifier`. */
export interface MlpClassifierOptions extends MlpDiscriminatorOptions {
  /** How many classes, at least 2. */
  readonly classes: number;
}

/**
 * A multilayer perceptron that tells class from class.
 *
 *   flatten → (dense → relu → dropout) for each of `hidden` → dense [classes]
 *
 * @returns logits [batch, classes]; features: the last hidden layer
 * @throws GM_OPTION when a size, the dropout or the number of classes is outside its limits
 * @example mlpClassifier({ input: spec([28, 28, 1], [0, 1]), hidden: [256], classes: 10, random: seeded(1) })
 */
export function mlpClassifier(options: MlpClassifierOptions): FeatureNetwork {
  const { classes, random } = options;
  checkNumber('mlpClassifier', 'classes', classes, { min: 2, integer: true });
  return discriminator({ body: bodyOf(options, relu), head: dense({ units: classes, random }) });
}

function bodyOf(
  { input, hidden, random, dropout = 0, activation }: MlpDiscriminatorOptions,
  fallback: () => Layer,
): Network {
  const layers = hidden.flatMap((units) => [
    dense({ units, random }),
    (activation ?? fallback)(),
    ...(dropout === 0 ? [] : [dropoutLayer({ rate: dropout })]),
  ]);
  return sequential(input, flatten(), ...layers);
}
