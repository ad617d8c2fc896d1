import type { Likelihood, Penalty } from '@gm/core';
import {
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
import type { Settings } from './settings.js';

const LIKELIHOOD = {
  bernoulli: () => bernoulli(),
  gaussian: (scale: number) => gaussianLikelihood({ scale }),
} as const;

const ADVERSARIAL = {
  minimax,
  'non-saturating': nonSaturating,
  'least-squares': leastSquares,
  wasserstein,
  hinge,
  relativistic,
} as const;

const PENALTY: Readonly<Record<NonNullable<Settings['penalty']>, (weight: number) => readonly Penalty[]>> = {
  none: () => [],
  gradient: (weight) => [gradientPenalty({ weight })],
  dragan: (weight) => [dragan({ weight })],
  r1: (gamma) => [r1({ gamma })],
  'r1-r2': (gamma) => [r1({ gamma }), r2({ gamma })],
};

export function likelihoodOf({ loss, scale }: Settings): Likelihood {
  return LIKELIHOOD[loss as keyof typeof LIKELIHOOD](scale!);
}

export function penaltyOf({ penalty = 'none', penaltyWeight = 10 }: Settings): readonly Penalty[] {
  return PENALTY[penalty](penaltyWeight);
}

export function adversarialOf({ loss }: Settings) {
  return ADVERSARIAL[loss as keyof typeof ADVERSARIAL]();
}
