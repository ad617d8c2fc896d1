import { checkNumber, checkTensor, type Discriminator, type FeatureDiscriminator, type Network } from '@gm/core';
import {
  argMax,
  cast,
  concat,
  dispose,
  greater,
  sigmoid,
  slice,
  softmax,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

/** What a classifier says of examples. */
export interface Prediction {
  /** p(y | x): [batch, classes], each row adding up to 1; [batch], the probability of yes, for one logit. */
  readonly probabilities: Tensor;
  /** The most probable class, int32 [batch]; 1 for yes and 0 for no with one logit. */
  readonly labels: Tensor;
}

/** Options of `predict` and `features`. */
export interface ChunkOptions {
  /** Examples evaluated at once, which bounds the memory of large inputs. Default 256. */
  readonly batch?: number;
}

/**
 * Probabilities and labels, never bare logits.
 *
 *   p(y | x) = softmax(logits), or sigmoid(logit) for one yes-or-no question
 *
 * @param x  [batch, …example]
 * @throws GM_SHAPE or GM_DTYPE when x does not fit the network
 * @example const { probabilities, labels } = predict(classifier, images)
 */
export function predict(network: Network & Discriminator, x: Tensor, options: ChunkOptions = {}): Prediction {
  checkTensor('predict', 'x', x, network.input);
  return tidy(() => {
    const logits = inChunks('predict', x, options, (rows) => network.logits(rows));
    if (logits.rank === 1) {
      const probabilities = sigmoid(logits);
      return { probabilities, labels: cast(greater(probabilities, 0.5), 'int32') };
    }
    return { probabilities: softmax(logits), labels: argMax(logits, -1) };
  }) as unknown as Prediction;
}

/**
 * What a discriminator looks at, for many examples.
 *
 * @param x  [batch, …example]
 * @returns [batch, …features]
 * @throws GM_SHAPE or GM_DTYPE when x does not fit the network
 * @example features(discriminator, images)
 */
export function features(network: Network & FeatureDiscriminator, x: Tensor, options: ChunkOptions = {}): Tensor {
  checkTensor('features', 'x', x, network.input);
  return tidy(() => inChunks('features', x, options, (rows) => network.features(rows)));
}

function inChunks(where: string, x: Tensor, { batch = 256 }: ChunkOptions, evaluate: (rows: Tensor) => Tensor): Tensor {
  checkNumber(where, 'batch', batch, { min: 1, integer: true });
  const count = x.shape[0]!;
  if (count <= batch) return evaluate(x);
  const chunks = Array.from({ length: Math.ceil(count / batch) }, (_, index) =>
    tidy(() => evaluate(slice(x, index * batch, Math.min(batch, count - index * batch)))),
  );
  const whole = concat(chunks);
  dispose(chunks);
  return whole;
}
