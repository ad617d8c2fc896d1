/** What tfjs calls the kernels behind the fused operations. A backend that registers them does the operation in one go. */

/** labels, logits [batch, …] → [batch] */
export const sigmoidCrossEntropyKernel = 'GmSigmoidCrossEntropy';
/** dy [batch], labels, logits [batch, …] → gradient for logits, dy (σ(logits) − labels) */
export const sigmoidCrossEntropyGradKernel = 'GmSigmoidCrossEntropyGrad';
