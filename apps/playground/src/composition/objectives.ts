import { type Composition, mediaOf } from './composition.js';
import { hasSlot } from './slots.js';
import { call, type Input, type Term } from './term.js';

const LOSS = {
  'non-saturating': 'nonSaturating',
  minimax: 'minimax',
  'least-squares': 'leastSquares',
  wasserstein: 'wasserstein',
  hinge: 'hinge',
  relativistic: 'relativistic',
} as const;

export const lossOf = ({ loss }: Composition) => call(LOSS[loss]);

/** Losses that read a discriminator's number as the logit of "real"; to the others it is a score without limits. */
const OF_LOGITS: readonly Composition['loss'][] = ['non-saturating', 'minimax'];

/** Whether what is recorded and shown of a discriminator is a probability of "real", and no score. */
export const tellsProbability = ({ system, loss }: Composition) =>
  system === 'semi-supervised' || OF_LOGITS.includes(loss);

/** Whether the discriminator is kept smooth by a penalty. */
export const isPenalized = (c: Composition) => c.penalty !== 'none' && hasSlot(c, 'penalty');

/** Weaker in the plane, where data lie further apart than a network of that size can follow. */
export function penaltyOf(c: Composition): Input {
  const weight = mediaOf(c) === 'plane' ? 1 : 10;
  const penalties = {
    none: [],
    gradient: [call('gradientPenalty', { weight })],
    dragan: [call('dragan', { weight })],
    r1: [call('r1', { gamma: weight })],
    'r1-r2': [call('r1', { gamma: weight }), call('r2', { gamma: weight })],
  };
  return penalties[c.penalty];
}

export const optimizerOf = ({ optimizer, learningRate }: Composition) => call(optimizer, { learningRate });

/** The discriminator's own, where it tells codes. */
export const judgeOf = ({ discriminatorOptimizer, discriminatorLearningRate: learningRate }: Composition) =>
  call(discriminatorOptimizer, { learningRate });

/** Of two adversaries: β₁ 0.5 after Radford et al. (2016), 0 and β₂ 0.9 under a penalty after Gulrajani et al. (2017). */
export function rivalsOf(c: Composition): { readonly generator: Term; readonly discriminator: Term } {
  const betas = isPenalized(c) ? { beta1: 0, beta2: 0.9 } : { beta1: 0.5 };
  const moved = (optimizer: Composition['optimizer'], learningRate: number) =>
    call(optimizer, { learningRate, ...((optimizer === 'adam' || optimizer === 'adamW') && betas) });
  return {
    generator: moved(c.optimizer, c.learningRate),
    discriminator: moved(c.discriminatorOptimizer, c.discriminatorLearningRate),
  };
}
