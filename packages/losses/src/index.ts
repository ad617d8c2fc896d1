export {
  hinge,
  type LeastSquaresOptions,
  leastSquares,
  minimax,
  nonSaturating,
  relativistic,
  type ScoredAdversarialLoss,
  wasserstein,
} from './adversarial.js';
export { type ElboTerms, elbo, freeBits, importanceWeightedBound } from './bound.js';
export {
  checkLabels,
  realLogit,
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
  type DraganOptions,
  dragan,
  type GradientPenaltyOptions,
  gradientPenalty,
  r1,
  r2,
  type ZeroCentredOptions,
} from './penalty.js';
export { gaussianHead, type QuantileHeadOptions, quantileHead } from './predictive.js';
export {
  absoluteError,
  bernoulliLogProb,
  diagonalGaussianLogProb,
  gaussianLogProb,
  squaredError,
} from './reconstruction.js';
