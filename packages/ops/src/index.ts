export { gaussianKl, gaussianKlPerDimension, gaussianSample } from './gaussian.js';
export {
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
  squaredDistanceGradKernel,
  squaredDistanceKernel,
} from './kernelNames.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
export { type SmoothingOptions, softmaxCrossEntropyWithLogits } from './softmaxCrossEntropy.js';
export { type SquaredDistanceOptions, squaredDistance } from './squaredDistance.js';
