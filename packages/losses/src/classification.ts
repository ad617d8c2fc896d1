import { checkNumber, checkRank, gmError, showShape } from '@gm/core';
import { sigmoidCrossEntropyWithLogits, softmaxCrossEntropyWithLogits } from '@gm/ops';
import { logSumExp, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkBatch, sumPerExample } from './perExample.js';

/** Options of `softmaxCrossEntropy`. */
export interface SoftmaxCrossEntropyOptions {
  /** ε in [0, 1]: this much of each target is spread evenly over all classes. Default 0. */
  readonly smoothing?: number;
}

/**
 * Cross-entropy of class labels under softmax(logits), for one label an example or many: of a sequence, the sum over its labels, which
 * is −log p of the whole sequence.
 *
 *   −Σₖ qₖ log softmax(l)ₖ,   qₖ = (1 − ε) [k = label] + ε / classes
 *
 * Labels live on the device, so their values are not read back to be checked. A label outside 0 … classes − 1 gives NaN for its
 * example, which the guard of a trainer reports at once; readers refuse such labels when they load them, with `checkLabels`.
 *
 * @param labels  int32, shape [batch] or [batch, …]: of sequences [batch, time]
 * @param logits  l, shape [batch, …, classes], unbounded, at least two classes
 * @returns nats per example, summed over its labels: [batch], ≥ 0
 * @throws GM_SHAPE when the shapes do not go together; GM_DTYPE when labels are not int32; GM_OPTION for smoothing outside [0, 1]
 * @see Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2.3; smoothing: Szegedy et al. (2016), section 7, arXiv:1512.00567
 * @example softmaxCrossEntropy(tensor1d([3], 'int32'), zeros([1, 10]))  // [log 10]
 */
export function softmaxCrossEntropy(
  labels: Tensor,
  logits: Tensor,
  { smoothing = 0 }: SoftmaxCrossEntropyOptions = {},
): Tensor {
  checkLabelled(labels, logits);
  checkNumber('softmaxCrossEntropy', 'smoothing', smoothing, { min: 0, max: 1 });
  return tidy(() => sumPerExample(softmaxCrossEntropyWithLogits(labels, logits, { smoothing })));
}

/**
 * Cross-entropy of independent yes-or-no targets under sigmoid(logits), for one question or many.
 *
 *   Σᵢ softplus(lᵢ) − yᵢ lᵢ = −Σᵢ yᵢ log σ(lᵢ) + (1 − yᵢ) log σ(−lᵢ)
 *
 * @param labels  y in [0, 1], shape [batch] or [batch, …questions]
 * @param logits  l, the same shape, unbounded
 * @returns nats per example, summed over the questions: [batch], ≥ 0
 * @throws GM_SHAPE when the shapes differ
 * @see Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2.2
 * @example sigmoidCrossEntropy(ones([2]), zeros([2]))  // [log 2, log 2]
 */
export function sigmoidCrossEntropy(labels: Tensor, logits: Tensor): Tensor {
  checkBatch('sigmoidCrossEntropy', { labels, logits }, 'Give one logit for each label.');
  return sigmoidCrossEntropyWithLogits(labels, logits);
}

/**
 * How real an example is to a classifier that has one more class, "generated", with its logit fixed at 0.
 *
 *   log Σₖ e^lₖ,   whose sigmoid is p(real | x) = Σₖ e^lₖ / (1 + Σₖ e^lₖ)
 *
 * @param logits  l, shape [batch, classes]
 * @returns logits of being real: [batch]
 * @throws GM_SHAPE when the logits are not [batch, classes]
 * @see Salimans et al. (2016), Improved Techniques for Training GANs, section 5, arXiv:1606.03498
 * @example realLogit(discriminator.logits(x))
 */
export function realLogit(logits: Tensor): Tensor {
  checkRank('realLogit', 'logits [batch, classes]', logits, 2, 'Give one logit for each class.');
  return logSumExp(logits, -1);
}

/**
 * Passes when every label is one of 0 … classes − 1; for readers, where labels are still plain numbers.
 *
 * @throws GM_LABEL with the first label that is not, and its place
 * @see softmaxCrossEntropy
 * @example checkLabels(Uint8Array.of(0, 1, 9), 10)
 */
export function checkLabels(labels: ArrayLike<number>, classes: number): void {
  checkNumber('checkLabels', 'classes', classes, { min: 1, integer: true });
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw gmError('GM_LABEL', {
      where: 'checkLabels',
      expected: `labels from 0 to ${classes - 1}`,
      received: `${label} at ${index}`,
      remedy: 'Number the classes from 0, or build the head for more classes.',
    });
  }
}

function checkLabelled(labels: Tensor, logits: Tensor): void {
  const where = 'softmaxCrossEntropy';
  const classes = logits.shape.at(-1) ?? 0;
  const fits = logits.rank === labels.rank + 1 && labels.shape.every((size, axis) => size === logits.shape[axis]);
  if (labels.rank === 0 || !fits || classes < 2) {
    throw gmError('GM_SHAPE', {
      where,
      expected: 'labels [batch, …] and logits [batch, …, classes] with two classes or more',
      received: `labels ${showShape(labels.shape)} and logits ${showShape(logits.shape)}`,
      remedy: 'Give class numbers rather than one-hot rows; for one logit per example use sigmoidCrossEntropy().',
    });
  }
  if (labels.dtype !== 'int32') {
    throw gmError('GM_DTYPE', {
      where,
      expected: 'labels of type int32',
      received: labels.dtype,
      remedy: "Cast them with cast(labels, 'int32').",
    });
  }
}
