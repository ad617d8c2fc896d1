import { checkNumber } from '@gm/core';

/** A value that changes with training: a function of the step, counted from 0 (for an optimizer: of its updates). */
export type Schedule = (step: number) => number;

/** The value at a step of something that may or may not change. */
export function rateAt(value: number | Schedule, step: number): number {
  return typeof value === 'number' ? value : value(step);
}

/**
 * Rises from `from` to `to` in a straight line over `steps` steps, then stays: KL or learning-rate warm-up.
 *
 *   value(t) = from + (to − from) · min(1, t / steps)
 *
 * @throws GM_OPTION when steps is not a positive whole number, or an end not finite
 * @example vae({ encoder, decoder, prior, beta: linear({ from: 0, to: 1, steps: 2000 }) })
 */
export function linear({ from, to, steps }: { from: number; to: number; steps: number }): Schedule {
  checkEnds('linear', { from, to, steps });
  return (step) => from + (to - from) * Math.min(1, step / steps);
}

/**
 * Falls from `from` to `to` along half a cosine over `steps` steps, then stays.
 *
 *   value(t) = to + ½ (from − to) (1 + cos(π · min(1, t / steps)))
 *
 * @see Loshchilov & Hutter (2017), SGDR: Stochastic Gradient Descent with Warm Restarts, arXiv:1608.03983
 * @throws GM_OPTION when steps is not a positive whole number, or an end not finite
 * @example adam({ learningRate: cosine({ from: 1e-3, to: 1e-5, steps: 10_000 }) })
 */
export function cosine({ from, to = 0, steps }: { from: number; to?: number; steps: number }): Schedule {
  checkEnds('cosine', { from, to, steps });
  return (step) => to + 0.5 * (from - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
}

function checkEnds(where: string, { from, to, steps }: { from: number; to: number; steps: number }): void {
  checkNumber(where, 'from', from);
  checkNumber(where, 'to', to);
  checkNumber(where, 'steps', steps, { min: 1, integer: true });
}
