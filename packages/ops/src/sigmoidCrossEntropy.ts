import { mul, softplus, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import { sigmoidCrossEntropyGradKernel, sigmoidCrossEntropyKernel } from './kernelNames.js';

const run = fusedOperation({
  kernelName: sigmoidCrossEntropyKernel,
  inputs: ['labels', 'logits'],
  composed: ({ labels, logits }) => [sum(sub(softplus(logits), mul(labels, logits)), axesAfterFirst(logits))],
  gradients: ({ dys: [dy], inputs }) => ({
    logits: () => runKernel(sigmoidCrossEntropyGradKernel, { dy: dy!, ...inputs }, {})[0]!,
  }),
});

/**
 * Cross-entropy of independent yes-or-no labels under sigmoid(logits), summed over each example.
 *
 *   Σᵢ softplus(lᵢ) − yᵢ lᵢ
 *
 * @param labels  y in [0, 1], float32 [batch, …data]
 * @param logits  l, the same shape
 * @returns nats per example, [batch]
 */
export function sigmoidCrossEntropyWithLogits(labels: Tensor, logits: Tensor): Tensor {
  return run({ labels, logits })[0]!;
}

const axesAfterFirst = ({ rank }: Tensor) => Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
