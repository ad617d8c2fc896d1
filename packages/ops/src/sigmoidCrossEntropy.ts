import { fill, mul, softplus, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import { sigmoidCrossEntropyGradKernel, sigmoidCrossEntropyKernel } from './kernelNames.js';
import { asFloat, checkBatch, sumPerExample } from './perExample.js';

const run = fusedOperation({
  kernelName: sigmoidCrossEntropyKernel,
  inputs: ['labels', 'logits'],
  composed: ({ labels, logits }) => [sumPerExample(sub(softplus(logits), mul(labels, logits)))],
  gradients: ({ dys: [dy], inputs }) => ({
    logits: () => runKernel(sigmoidCrossEntropyGradKernel, { dy: dy!, ...inputs }, {})[0]!,
  }),
});

/**
 * Cross-entropy of independent yes-or-no labels under sigmoid(logits), summed over each example.
 *
 *   Σᵢ softplus(lᵢ) − yᵢ lᵢ = −Σᵢ yᵢ log σ(lᵢ) + (1 − yᵢ) log σ(−lᵢ)
 *
 * Finite for every finite logit. The gradient for logits is dy (σ(l) − y), in one pass.
 *
 * @param labels  y in [0, 1], shape [batch, …data] and any number type; or one number for all
 * @param logits  l, the same shape, unbounded
 * @returns nats per example, [batch], ≥ 0
 * @throws GM_SHAPE when the shapes differ or have no batch axis
 * @see Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2.2
 * @example sigmoidCrossEntropyWithLogits(ones([2, 784]), zeros([2, 784]))  // [784 log 2, 784 log 2]
 */
export function sigmoidCrossEntropyWithLogits(labels: Tensor | number, logits: Tensor): Tensor {
  checkBatch('sigmoidCrossEntropyWithLogits', typeof labels === 'number' ? { logits } : { labels, logits });
  return tidy(() => {
    const y = typeof labels === 'number' ? fill(logits.shape, labels) : asFloat(labels);
    return run({ labels: y, logits: asFloat(logits) })[0]!;
  });
}
