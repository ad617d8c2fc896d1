export { type AttentionOptions, attention } from './attention.js';
export { type BatchNormalized, batchNormalization } from './batchNormalization.js';
export { gaussianKl, gaussianKlPerDimension, gaussianSample } from './gaussian.js';
export { type GroupNormalizationOptions, groupNormalization } from './groupNormalization.js';
export { type GruOptions, type GruWeights, gru } from './gru.js';
export {
  attentionGradKernel,
  attentionKernel,
  batchNormalizationGradKernel,
  batchNormalizationKernel,
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
  groupNormalizationGradKernel,
  groupNormalizationKernel,
  gruGradKernel,
  gruKernel,
  layerNormalizationGradKernel,
  layerNormalizationKernel,
  lstmGradKernel,
  lstmKernel,
  maskedAttentionKernel,
  maskedGruKernel,
  maskedLstmKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
  squaredDistanceGradKernel,
  squaredDistanceKernel,
} from './kernelNames.js';
export { layerNormalization } from './layerNormalization.js';
export { type LstmOptions, type LstmState, type LstmWeights, lstm } from './lstm.js';
export type { NormalizationOptions } from './normalization.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
export { type SmoothingOptions, softmaxCrossEntropyWithLogits } from './softmaxCrossEntropy.js';
export { type SquaredDistanceOptions, squaredDistance } from './squaredDistance.js';
