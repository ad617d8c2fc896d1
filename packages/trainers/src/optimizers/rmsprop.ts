import { checkNumber, type Optimizer } from '@gm/core';
import { rmspropUpdate } from '@gm/ops';
import type { Schedule } from '../schedule.js';
import { optimizer } from './optimizer.js';

export interface RmspropOptions {
  /** Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** ρ, decay of the mean of squared gradients. Default 0.9. */
  readonly decay?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * RMSprop.
 *
 *   v ← ρ v + (1 − ρ) g²,   θ ← θ − η g / (√v + ε)
 *
 * @throws GM_OPTION when an option is outside its limits
 * @see Tieleman & Hinton (2012), Neural Networks for Machine Learning, lecture 6.5
 * @example rmsprop({ learningRate: 5e-5 })
 */
export function rmsprop({ learningRate = 1e-3, decay = 0.9, epsilon = 1e-8 }: RmspropOptions = {}): Optimizer {
  if (typeof learningRate === 'number') checkNumber('rmsprop', 'learningRate', learningRate, { min: 0 });
  checkNumber('rmsprop', 'decay', decay, { min: 0, max: 1 - 1e-9 });
  checkNumber('rmsprop', 'epsilon', epsilon, { min: 0, exclusive: true });
  return optimizer('rmsprop', learningRate, ({ slots, learningRate: rate, parameters, gradients }) => {
    rmspropUpdate({ parameters, gradients, meanSquares: slots('meanSquare') }, { learningRate: rate, decay, epsilon });
  });
}
