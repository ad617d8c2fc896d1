import { checkNumber, type Optimizer } from '@gm/core';
import { adamUpdate } from '@gm/ops';
import type { Schedule } from '../schedule.js';
import { optimizer } from './optimizer.js';

export interface AdamOptions {
  /** Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** Decay of the mean of gradients. Default 0.9; GANs often take 0.5. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam.
 *
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *   θ ← θ − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * The powers are computed from the number of updates, so a restored optimizer continues bit for bit.
 *
 * @throws GM_OPTION when an option is outside its limits
 * @see Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, algorithm 1, arXiv:1412.6980
 * @example adam({ learningRate: 2e-4, beta1: 0.5 })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamLike('adam', { ...options, weightDecay: 0 });
}

/**
 * Adam with decoupled weight decay: before the step of Adam, θ ← θ − η λ θ.
 *
 * @param options.weightDecay  λ, default 0.01
 * @throws GM_OPTION when an option is outside its limits
 * @see Loshchilov & Hutter (2019), Decoupled Weight Decay Regularization, algorithm 2, arXiv:1711.05101
 * @example adamW({ learningRate: 3e-4, weightDecay: 0.1 })
 */
export function adamW(options: AdamOptions & { readonly weightDecay?: number } = {}): Optimizer {
  return adamLike('adamW', { weightDecay: 0.01, ...options });
}

function adamLike(where: string, options: AdamOptions & { readonly weightDecay: number }): Optimizer {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay } = options;
  if (typeof learningRate === 'number') checkNumber(where, 'learningRate', learningRate, { min: 0 });
  for (const [name, beta] of Object.entries({ beta1, beta2 }))
    checkNumber(where, name, beta, { min: 0, max: 1 - 1e-9 });
  checkNumber(where, 'epsilon', epsilon, { min: 0, exclusive: true });
  checkNumber(where, 'weightDecay', weightDecay, { min: 0 });

  return optimizer(where, learningRate, ({ slots, count, learningRate: rate, parameters, gradients }) => {
    const lists = { parameters, gradients, means: slots('mean'), meanSquares: slots('meanSquare') };
    adamUpdate(lists, { learningRate: rate, beta1, beta2, epsilon, weightDecay, count });
  });
}
