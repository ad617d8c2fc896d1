import { checkNumber, type Optimizer } from '@gm/core';
import { momentumUpdate } from '@gm/ops';
import type { Schedule } from '../schedule.js';
import { optimizer } from './optimizer.js';

export interface SgdOptions {
  /** Default 1e-2. */
  readonly learningRate?: number | Schedule;
  /** μ, the share of the former step that is kept. Default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum when asked.
 *
 *   v ← μ v + g,   θ ← θ − η v      (Nesterov: θ ← θ − η (g + μ v))
 *
 * @throws GM_OPTION when an option is outside its limits
 * The learning rate stands outside the velocity, as in PyTorch.
 *
 * @see Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum in deep learning
 * @example sgd({ learningRate: 0.1, momentum: 0.9 })
 */
export function sgd({ learningRate = 1e-2, momentum = 0, nesterov = false }: SgdOptions = {}): Optimizer {
  if (typeof learningRate === 'number') checkNumber('sgd', 'learningRate', learningRate, { min: 0 });
  checkNumber('sgd', 'momentum', momentum, { min: 0, max: 1 - 1e-9 });
  return optimizer('sgd', learningRate, ({ slots, learningRate: rate, parameters, gradients }) => {
    const velocities = momentum === 0 ? {} : { velocities: slots('velocity') };
    momentumUpdate({ parameters, gradients, ...velocities }, { learningRate: rate, momentum, nesterov });
  });
}
