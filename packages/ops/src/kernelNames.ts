/** What tfjs calls the kernels behind the fused operations. A backend that registers them does the operation in one go. */

/** labels, logits [batch, …] → [batch] */
export const sigmoidCrossEntropyKernel = 'GmSigmoidCrossEntropy';
/** dy [batch], labels, logits [batch, …] → gradient for logits, dy (σ(logits) − labels) */
export const sigmoidCrossEntropyGradKernel = 'GmSigmoidCrossEntropyGrad';
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
