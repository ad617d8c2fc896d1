import { type Discriminator, gmError, type Network, type Spec, showShape, showSpec } from '@gm/core';
import { argMax, cast, greater, sigmoid, softmax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type BatchOptions, inBatches } from './inBatches.js';

/** What a discriminator says of each example. */
export interface Prediction {
  /** Of each class, [count, classes], summing to 1; of yes, [count], where the question is yes or no. In [0, 1]. */
  readonly probabilities: Tensor;
  /** The likeliest class, 0 … classes − 1; 1 for yes where it is likelier than no, else 0. int32 [count]. */
  readonly labels: Tensor;
}

/**
 * What a discriminator says of examples, however many there are, outside training: probabilities, never bare logits.
 *
 *   softmax(logits) for classes;   σ(logits) for one yes-or-no question
 *
 * Of scores that were not trained as logits (least squares, hinge, Wasserstein) the labels say on which side of 0 they are, and the
 * probabilities mean nothing.
 *
 * @param discriminator  any with logits [batch, classes] or [batch]
 * @param x              shape [count, …example]
 * @param batch          how many examples are looked at at once, default 256
 * @param condition      the class that each shall be, for a discriminator that has to be told
 * @returns two tensors that belong to the caller
 * @throws GM_FIT when the discriminator says that it gives something else than logits; GM_OPTION when `batch` is not a positive whole number; GM_SHAPE when there is no example, or the logits are neither
 *   [batch] nor [batch, classes] with at least 2 classes
 * @see Bishop (2006), Pattern Recognition and Machine Learning, section 4.2
 * @example const { probabilities, labels } = predict(classifier, images)  // [10000, 10] and [10000]
 */
export function predict(
  discriminator: Pick<Discriminator, 'logits'> & Partial<Pick<Network, 'output'>>,
  x: Tensor,
  options: BatchOptions = {},
): Prediction {
  checkRange(discriminator.output);
  return tidy(() => {
    const logits = inBatches('predict', x, options, (part, told) => discriminator.logits(part, told));
    checkLogits(logits);
    if (logits.rank === 1) return { probabilities: sigmoid(logits), labels: cast(greater(logits, 0), 'int32') };
    return { probabilities: softmax(logits), labels: argMax(logits, -1) };
  });
}

/** Where a network says what it gives: probabilities are not to be made of probabilities. */
function checkRange(output: Spec | undefined): void {
  if (output === undefined || typeof output.range === 'string') return;
  throw gmError('GM_FIT', {
    where: 'predict',
    expected: 'a discriminator that gives logits',
    received: showSpec(output),
    remedy: 'Leave out the last sigmoid or softmax: predict takes it.',
  });
}

function checkLogits({ rank, shape }: Tensor): void {
  // The softmax of a single logit would be 1, whatever it is.
  if (rank === 1 || (rank === 2 && shape[1]! > 1)) return;
  throw gmError('GM_SHAPE', {
    where: 'predict',
    expected: 'logits [batch], or [batch, classes] with at least 2 classes',
    received: showShape(shape),
    remedy: 'Make the discriminator with discriminator({ body, head }), which gives one logit as [batch].',
  });
}
