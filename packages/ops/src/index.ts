export { type AdamLists, type AdamNumbers, adamUpdate } from './adamUpdate.js';
export { type AttentionOptions, attention } from './attention.js';
export { type AverageLists, averageUpdate } from './averageUpdate.js';
export { type BatchNormalized, batchNormalization } from './batchNormalization.js';
export { type ConvolutionOptions, convolution } from './convolution.js';
export { gaussianKl, gaussianKlPerDimension, gaussianSample } from './gaussian.js';
export { clipByGlobalNorm, globalNorm } from './globalNorm.js';
export { type GroupNormalizationOptions, groupNormalization } from './groupNormalization.js';
export { type GruOptions, type GruWeights, gru } from './gru.js';
export { type GumbelSoftmaxOptions, gumbelSoftmax } from './gumbelSoftmax.js';
export {
  adamUpdateKernel,
  attentionGradKernel,
  attentionKernel,
  averageUpdateKernel,
  batchNormalizationGradKernel,
  batchNormalizationKernel,
  clipToNormKernel,
  convolutionKernel,
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
  globalNormKernel,
  groupNormalizationGradKernel,
  groupNormalizationKernel,
  gruGradKernel,
  gruKernel,
  layerNormalizationGradKernel,
  layerNormalizationKernel,
  linearKernel,
  lstmGradKernel,
  lstmKernel,
  maskedAttentionKernel,
  maskedGruKernel,
  maskedLstmKernel,
  momentumUpdateKernel,
  rmspropUpdateKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
  squaredDistanceGradKernel,
  squaredDistanceKernel,
} from './kernelNames.js';
export { layerNormalization } from './layerNormalization.js';
export { linear } from './linear.js';
export { type LstmOptions, type LstmState, type LstmWeights, lstm } from './lstm.js';
export { type MomentumLists, type MomentumNumbers, momentumUpdate } from './momentumUpdate.js';
export type { NormalizationOptions } from './normalization.js';
export { type RmspropLists, type RmspropNumbers, rmspropUpdate } from './rmspropUpdate.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
export { type SmoothingOptions, softmaxCrossEntropyWithLogits } from './softmaxCrossEntropy.js';
export { type SquaredDistanceOptions, squaredDistance } from './squaredDistance.js';
