export { elu, gelu, leakyRelu, relu, selu, sigmoid, softmax, softplus, swish, tanh } from './activation.js';
export {
  type AdoptableDoor,
  type AdoptableLayer,
  type AdoptableModel,
  type AdoptableWeight,
  fromLayersModel,
} from './adopt.js';
export { conditionOf } from './condition.js';
export { conditionBy, conditioned } from './conditioned.js';
export { conv2d } from './conv2d.js';
export { conv2dTranspose } from './conv2dTranspose.js';
export { countParameters } from './count.js';
export { decodeSafetensors, type SafetensorsFile } from './decodeSafetensors.js';
export { type DenseOptions, dense } from './dense.js';
export { dropout } from './dropout.js';
export { type EmbeddingOptions, embedding } from './embedding.js';
export { encodeSafetensors } from './encodeSafetensors.js';
export { frozen } from './frozen.js';
export { gaussianNoise } from './gaussianNoise.js';
export { globalAverage } from './globalAverage.js';
export { gru } from './gru.js';
export { gumbelSoftmax } from './gumbelSoftmax.js';
export {
  glorotUniform,
  heNormal,
  type Initializer,
  type InitializerContext,
  normalInit,
  ones,
  zeros,
} from './initializer.js';
export type { ConvolutionOptions, Padding, Size } from './kernel.js';
export { type KernelNorm, type NormalizedKernel, spectralNorm, weightNorm } from './kernelNorm.js';
export { lstm } from './lstm.js';
export type { ArrayType, NamedArray } from './namedArray.js';
export { type NamedNetwork, type NetworkDefinition, network } from './network.js';
export { type BatchNormOptions, batchNorm, type GroupNormOptions, groupNorm, layerNorm } from './normalization.js';
export { orthogonal } from './orthogonal.js';
export { parallel } from './parallel.js';
export { perStep } from './perStep.js';
export { type ProjectionOptions, projection } from './projection.js';
export {
  type RecurrentDefinition,
  type RecurrentLayer,
  type RecurrentOptions,
  recurrentNetwork,
} from './recurrent.js';
export { type Interval, rescale } from './rescale.js';
export { residual } from './residual.js';
export { type SelfAttentionOptions, selfAttention } from './selfAttention.js';
export { type SequenceReaderOptions, sequenceReader } from './sequenceReader.js';
export { type Part, type Sequential, sequential } from './sequential.js';
export { flatten, reshape } from './shape.js';
export { standardizeOutputs } from './standardizeOutputs.js';
export { copyWeights, loadWeights, saveWeights, type Weighted, weightsOf } from './weights.js';
