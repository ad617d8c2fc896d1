import { adam, cosine } from '@gm/trainers';
import type { Settings } from './settings.js';

/** β₁ = 0.5: Radford et al. (2016), section 4; 0 and β₂ = 0.9 under a penalty: Gulrajani et al. (2017), algorithm 1. */
export function ganAdam(settings: Settings) {
  const betas = (settings.penalty ?? 'none') === 'none' ? { beta1: 0.5 } : { beta1: 0, beta2: 0.9 };
  return adam({ learningRate: rateOf(settings), ...betas });
}

/** The settings as the discriminator's optimizer sees them. */
export function rivalOf(settings: Settings): Settings {
  return { ...settings, learningRate: settings.discriminatorLearningRate ?? settings.learningRate };
}

export function rateOf({ learningRate, decay }: Settings) {
  return decay === undefined ? learningRate : cosine({ from: learningRate, to: learningRate / 20, steps: decay });
}
