import { checkNumber, gmError } from '@gm/core';
import {
  add,
  cast,
  customGrad,
  div,
  exp,
  log,
  max,
  mul,
  oneHot,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from './kernelNames.js';
import { asFloat, namedShapes } from './perExample.js';

const run = fusedOperation({
  kernelName: softmaxCrossEntropyKernel,
  inputs: ['labels', 'logits'],
  composed: ({ labels, logits }, { smoothing }) => [composed(labels, logits, smoothing)],
  gradients: ({ dys: [dy], inputs, attrs }) => ({
    logits: () => runKernel(softmaxCrossEntropyGradKernel, { dy: dy!, ...inputs }, attrs)[0]!,
  }),
});

/** Options of `softmaxCrossEntropyWithLogits`. */
export interface SmoothingOptions {
  /** ε in [0, 1]: this much of each target is spread evenly over all classes. Default 0. */
  readonly smoothing?: number;
}

/**
 * Cross-entropy of class labels under softmax(logits), one for each label.
 *
 *   −Σₖ qₖ log softmax(l)ₖ,   qₖ = (1 − ε) [k = label] + ε / classes
 *
 * The gradient for logits is dy (softmax(l) − q), in one pass. A class with logit −∞ has probability 0; it costs nothing unless it is
 * the label or ε > 0. A label outside 0 … classes − 1 gives NaN in its place, for labels live on the device and are not read back.
 *
 * @param labels  int32, shape [batch] or, for sequences, [batch, time]; any axes
 * @param logits  l, shape [...labels, classes], unbounded
 * @returns nats per label, the shape of labels, ≥ 0
 * @throws GM_SHAPE when the shapes do not go together; GM_DTYPE when labels are not int32; GM_OPTION for smoothing outside [0, 1]
 * @see Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2.3; smoothing: Szegedy et al. (2016), section 7, arXiv:1512.00567
 * @example softmaxCrossEntropyWithLogits(zeros([2, 5], 'int32'), zeros([2, 5, 64]))  // [2, 5], log 64 each
 */
export function softmaxCrossEntropyWithLogits(
  labels: Tensor,
  logits: Tensor,
  { smoothing = 0 }: SmoothingOptions = {},
): Tensor {
  checkLabelled(labels, logits);
  checkNumber('softmaxCrossEntropyWithLogits', 'smoothing', smoothing, { min: 0, max: 1 });
  return tidy(() => run({ labels, logits: asFloat(logits) }, { smoothing })[0]!);
}

function composed(labels: Tensor, logits: Tensor, smoothing: number): Tensor {
  const classes = logits.shape.at(-1)!;
  const hot = oneHot(labels as Tensor1D, classes); // [...labels, classes]
  const logProbabilities = logSoftmax(logits);
  // Chosen, not multiplied: zero times −∞ is no number.
  const chosen = sum(where(cast(hot, 'bool'), logProbabilities, zerosLike(logProbabilities)), -1);
  // A label that is no class has no one in its row, and is divided by 0.
  const own = mul(smoothing - 1, div(chosen, cast(sum(hot, -1), 'float32')));
  return smoothing === 0 ? own : add(own, mul(-smoothing / classes, sum(logProbabilities, -1)));
}

/** l − max l − log Σ exp(l − max l): accurate at any size of l, and plain operations at every order of derivative. */
function logSoftmax(logits: Tensor): Tensor {
  const shifted = sub(logits, constantMax(logits));
  return sub(shifted, log(sum(exp(shifted), -1, true)));
}

/** The maximum as a constant: log softmax is the same whatever is subtracted, so its derivative would be rounding error only. */
const constantMax = customGrad((x) => ({
  value: max(x as Tensor, -1, true),
  gradFunc: () => zerosLike(x as Tensor),
}));

function checkLabelled(labels: Tensor, logits: Tensor): void {
  const name = 'softmaxCrossEntropyWithLogits';
  const fits = logits.rank === labels.rank + 1 && labels.shape.every((size, axis) => size === logits.shape[axis]);
  if (!fits || logits.shape.at(-1) === 0) {
    throw gmError('GM_SHAPE', {
      where: name,
      expected: 'logits of the shape of labels with an axis of classes after it',
      received: namedShapes({ labels, logits }),
      remedy: 'Give class numbers rather than one-hot rows.',
    });
  }
  if (labels.dtype === 'int32') return;
  throw gmError('GM_DTYPE', {
    where: name,
    expected: 'labels of type int32',
    received: labels.dtype,
    remedy: "Cast them with cast(labels, 'int32').",
  });
}
