export {
  bernoulli,
  dragan,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
