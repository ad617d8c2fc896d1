export { type AttentionOptions, attention } from './attention.js';
export { gaussianKl, gaussianKlPerDimension, gaussianSample } from './gaussian.js';
export { type GruOptions, type GruWeights, gru } from './gru.js';
export {
  attentionGradKernel,
  attentionKernel,
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
  gruGradKernel,
  gruKernel,
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
export { type LstmOptions, type LstmState, type LstmWeights, lstm } from './lstm.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
export { type SmoothingOptions, softmaxCrossEntropyWithLogits } from './softmaxCrossEntropy.js';
export { type SquaredDistanceOptions, squaredDistance } from './squaredDistance.js';
