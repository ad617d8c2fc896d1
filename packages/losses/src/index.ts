export {
  type LeastSquaresOptions,
  leastSquares,
  minimax,
  nonSaturating,
  type ScoredAdversarialLoss,
} from './adversarial.js';
export { type ElboTerms, elbo, freeBits } from './bound.js';
export {
  checkLabels,
  type SoftmaxCrossEntropyOptions,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from './classification.js';
export {
  type DiagonalGaussian,
  gaussianKl,
  gaussianKlBetween,
  gaussianKlPerDimension,
  monteCarloKl,
} from './divergence.js';
export { featureMatching, featureReconstruction } from './features.js';
export { bernoulli, type GaussianLikelihoodOptions, gaussianLikelihood } from './likelihood.js';
export {
  absoluteError,
  bernoulliLogProb,
  diagonalGaussianLogProb,
  gaussianLogProb,
  squaredError,
} from './reconstruction.js';
