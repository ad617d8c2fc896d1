/** What tfjs calls the kernels behind the fused operations. A backend that registers them does the operation in one go. */

/** labels, logits [batch, …] → [batch] */
export const sigmoidCrossEntropyKernel = 'GmSigmoidCrossEntropy';
/** dy [batch], labels, logits [batch, …] → gradient for logits, dy (σ(logits) − labels) */
export const sigmoidCrossEntropyGradKernel = 'GmSigmoidCrossEntropyGrad';

/** x [..., channels], scale, offset [channels] → y, mean and variance [channels]; attribute epsilon */
export const batchNormalizationKernel = 'GmBatchNormalization';
/** dy, dMean, dVariance, x, scale, mean, variance → gradients for x, scale, offset */
export const batchNormalizationGradKernel = 'GmBatchNormalizationGrad';
/** x [batch, ..., channels], scale, offset [channels] → y, mean and variance [batch, groups]; attributes groups, epsilon */
export const groupNormalizationKernel = 'GmGroupNormalization';
/** as batchNormalizationGradKernel */
export const groupNormalizationGradKernel = 'GmGroupNormalizationGrad';
/** x [..., features], scale, offset [features] → y; attribute epsilon */
export const layerNormalizationKernel = 'GmLayerNormalization';
/** dy, x, scale → gradients for x, scale, offset */
export const layerNormalizationGradKernel = 'GmLayerNormalizationGrad';
