import { checkRank, gmError } from '@gm/core';
import { argMax, cast, equal, max, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Which examples are classified right: 1 where the largest score is that of the label, else 0. Of equal scores the first counts.
 *
 * @param scores  logits or probabilities, [batch, classes]
 * @param labels  int32 [batch], 0 … classes − 1
 * @returns [batch]
 * @throws GM_SHAPE, GM_DTYPE
 * @example correct(tensor2d([[0.2, 0.8]]), tensor1d([1], 'int32'))  // [1]
 */
export function correct(scores: Tensor, labels: Tensor): Tensor {
  checkScores('correct', scores);
  checkLabels('correct', scores, labels);
  return tidy(() => cast(equal(argMax(scores, 1), labels), 'float32'));
}

/**
 * The share of examples that are classified right, 0 … 1. Over many batches, `evaluate` with `correct` weighs each example alike.
 *
 * @param scores  logits or probabilities, [batch, classes]
 * @param labels  int32 [batch], 0 … classes − 1
 * @returns a scalar
 * @throws GM_SHAPE, GM_DTYPE
 * @example accuracy(tensor2d([[0.2, 0.8], [0.6, 0.4]]), tensor1d([1, 1], 'int32'))  // 0.5
 */
export function accuracy(scores: Tensor, labels: Tensor): Tensor {
  return tidy(() => mean(correct(scores, labels)));
}

/**
 * How sure a classifier is of each example: the probability of the class it would choose.
 *
 *   maxₖ p(y = k | x), 1/classes … 1
 *
 * @param probabilities  [batch, classes]: the softmax of the logits, not the logits
 * @returns [batch]
 * @throws GM_SHAPE
 * @see Hendrycks & Gimpel (2017), A baseline for detecting misclassified and out-of-distribution examples, arXiv:1610.02136
 * @example topProbability(tensor2d([[0.2, 0.8]]))  // [0.8]
 */
export function topProbability(probabilities: Tensor): Tensor {
  checkScores('topProbability', probabilities);
  return tidy(() => max(probabilities, 1));
}

/**
 * How sure a classifier is on average: the mean of `topProbability`.
 *
 * @param probabilities  [batch, classes]: the softmax of the logits, not the logits
 * @returns a scalar, 1/classes … 1
 * @throws GM_SHAPE
 * @example confidence(tensor2d([[0.2, 0.8], [0.6, 0.4]]))  // 0.7
 */
export function confidence(probabilities: Tensor): Tensor {
  return tidy(() => mean(topProbability(probabilities)));
}

function checkScores(where: string, scores: Tensor): void {
  const remedy = 'Give one score for each class; for a yes-or-no question stack [1 − p, p].';
  checkRank(where, 'scores [batch, classes]', scores, 2, remedy);
  if (scores.size > 0) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'at least one example and one class',
    received: `scores [${scores.shape.join(', ')}]`,
    remedy: 'Leave out empty batches.',
  });
}

function checkLabels(where: string, scores: Tensor, labels: Tensor): void {
  if (labels.rank !== 1 || labels.shape[0] !== scores.shape[0]) {
    throw gmError('GM_SHAPE', {
      where,
      expected: `labels [${scores.shape[0]}], one for each row of the scores`,
      received: `[${labels.shape.join(', ')}]`,
      remedy: 'Give class numbers, not one-hot rows, of the same examples.',
    });
  }
  if (labels.dtype === 'int32') return;
  throw gmError('GM_DTYPE', {
    where,
    expected: 'labels of type int32',
    received: labels.dtype,
    remedy: "Cast them with cast(labels, 'int32').",
  });
}
