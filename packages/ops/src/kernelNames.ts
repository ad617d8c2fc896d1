/** What tfjs calls the kernels behind the fused operations. A backend that registers them does the operation in one go. */

/** labels, logits [batch, …] → [batch] */
export const sigmoidCrossEntropyKernel = 'GmSigmoidCrossEntropy';
/** dy [batch], labels, logits [batch, …] → gradient for logits, dy (σ(logits) − labels) */
export const sigmoidCrossEntropyGradKernel = 'GmSigmoidCrossEntropyGrad';

/** x [batch, time, features], kernel, recurrentKernel, bias, h, c [batch, units] → all h, last h, last c, two for the gradient */
export const lstmKernel = 'GmLstm';
/** The same with a mask [batch, time] as its last input. */
export const maskedLstmKernel = 'GmLstmMasked';
/** Gradients dy, dLastH, dLastC; gates, cells, c, recurrentKernel, mask? → gradients of the gates before activation, of h and of c */
export const lstmGradKernel = 'GmLstmGrad';
/** x [batch, time, features], kernel, recurrentKernel, bias, recurrentBias, h [batch, units] → all h, last h, two for the gradient */
export const gruKernel = 'GmGru';
/** The same with a mask [batch, time] as its last input. */
export const maskedGruKernel = 'GmGruMasked';
/** Gradients dy, dLastH; gates, held, outputs, h, recurrentKernel, mask? → gradients of x W + b, of h U + b, and of h */
export const gruGradKernel = 'GmGruGrad';
/** q, k, v [batch, heads, time, depth] → y, and of each query the largest score and the inverse of its sum */
export const attentionKernel = 'GmAttention';
/** The same with a mask [batch, keys] as its last input. */
export const maskedAttentionKernel = 'GmAttentionMasked';
/** Gradient dy; q, k, v, kept, mask? → gradients of q, k, v */
export const attentionGradKernel = 'GmAttentionGrad';
/** labels int32 […], logits […, classes], attribute smoothing → […] */
export const softmaxCrossEntropyKernel = 'GmSoftmaxCrossEntropy';
/** dy […], labels int32 […], logits […, classes], attribute smoothing → gradient for logits, dy (softmax(logits) − target) */
export const softmaxCrossEntropyGradKernel = 'GmSoftmaxCrossEntropyGrad';
/** mean, logVariance [batch, …], attribute perDimension → [batch], or the same shape before the sum */
export const gaussianKlKernel = 'GmGaussianKl';
/** dy of either shape, mean, logVariance [batch, …] → gradients for mean and logVariance */
export const gaussianKlGradKernel = 'GmGaussianKlGrad';
/** mean, logVariance, noise […] → mean + exp(½ logVariance) noise */
export const gaussianSampleKernel = 'GmGaussianSample';
/** dy, logVariance, noise […] → gradient for logVariance */
export const gaussianSampleGradKernel = 'GmGaussianSampleGrad';
/** x, y [batch, …], attribute scale → [batch] */
export const squaredDistanceKernel = 'GmSquaredDistance';
/** dy [batch], x, y [batch, …], attribute scale → gradient for x */
export const squaredDistanceGradKernel = 'GmSquaredDistanceGrad';
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
/** Inputs that come in lists are called by a letter and their number: p0, g0, p1, … What is updated is written over where nobody else holds it. */

/** Adam: parameters p, gradients g, means m, mean squares v → p, m, v in that order, attributes as AdamAttributes */
export const adamUpdateKernel = 'GmAdamUpdate';
/** parameters p, gradients g, mean squares v → p, v */
export const rmspropUpdateKernel = 'GmRmspropUpdate';
/** parameters p, gradients g and, with momentum, velocities v → p, v */
export const momentumUpdateKernel = 'GmMomentumUpdate';
/** averages a, parameters p → a */
export const averageUpdateKernel = 'GmAverageUpdate';
/** x → √Σ x² over all, a scalar */
export const globalNormKernel = 'GmGlobalNorm';
/** x, norm → x · min(1, limit / norm) */
export const clipToNormKernel = 'GmClipToNorm';

/** x [batch, features], weights [features, units], bias [units] → x W + b [batch, units] */
export const linearKernel = 'GmLinear';
/** x [batch, height, width, channels], filter, bias [filters] → convolution with bias, attributes as Conv2D has them */
export const convolutionKernel = 'GmConvolution';
