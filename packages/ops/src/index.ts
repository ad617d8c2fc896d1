export { type BatchNormalized, batchNormalization } from './batchNormalization.js';
export { type GroupNormalizationOptions, groupNormalization } from './groupNormalization.js';
export {
  batchNormalizationGradKernel,
  batchNormalizationKernel,
  groupNormalizationGradKernel,
  groupNormalizationKernel,
  layerNormalizationGradKernel,
  layerNormalizationKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
} from './kernelNames.js';
export { layerNormalization } from './layerNormalization.js';
export type { NormalizationOptions } from './normalization.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
