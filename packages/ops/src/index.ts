export { sigmoidCrossEntropyGradKernel, sigmoidCrossEntropyKernel } from './kernelNames.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
