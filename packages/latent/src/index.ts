export { type CategoricalSizes, categorical, uniformCategorical } from './categorical.js';
export {
  type CategoricalEncoder,
  type CategoricalEncoderOptions,
  categoricalEncoder,
} from './categoricalEncoder.js';
export { type Codebook, type CodebookOptions, codebook } from './codebook.js';
export { type ConvEncoderOptions, convEncoder } from './convEncoder.js';
export { type GaussianEncoder, gaussianEncoder } from './encoder.js';
export { type Codes, type FitOptions, type FittedMixture, fitGaussianMixture } from './fitMixture.js';
export { gaussian, reparameterize, splitGaussian } from './gaussian.js';
export { type Interpolation, interpolate, lerp, slerp } from './interpolate.js';
export { gaussianMixture, type MixtureComponents } from './mixture.js';
export { type MlpEncoderOptions, mlpEncoder } from './mlpEncoder.js';
export { standardNormal, type UniformOptions, uniform } from './prior.js';
export { type RecurrentEncoderOptions, recurrentEncoder } from './recurrentEncoder.js';
export { type TrainedMixtureOptions, type TrainedPrior, trainedMixture } from './trainedMixture.js';
export { type TraversalOptions, traversal } from './traversal.js';
export { type VampPriorOptions, vampPrior } from './vampPrior.js';
