import type { Likelihood } from '@gm/core';
import { clone, sigmoid } from '@tensorflow/tfjs-core';
import { bernoulliLogProb, checkScale, gaussianLogProb } from './reconstruction.js';

/**
 * Reads a decoder's numbers as logits of black or white, for data in [0, 1].
 *
 *   log p(x | l) = Σᵢ xᵢ lᵢ − softplus(lᵢ),   E[x | l] = σ(l)
 *
 * @returns nats per example: [batch]
 * @throws GM_SHAPE when data and prediction differ in shape
 * @see bernoulliLogProb, for grey values too
 * @example vae({ encoder, decoder, prior, likelihood: bernoulli() })
 */
export function bernoulli(): Likelihood {
  return { prediction: 'logits', target: [0, 1], logProb: bernoulliLogProb, mean: sigmoid };
}

/** Options of `gaussianLikelihood`. */
export interface GaussianLikelihoodOptions {
  /** σ > 0, in the units of the data: how far off a decoded number may be. Default 1. */
  readonly scale?: number;
}

/**
 * Reads a decoder's numbers as the means of Gaussians with one known scale, for data of any range.
 *
 *   log p(x | μ) = −½ Σᵢ ((xᵢ − μᵢ)² / σ² + log 2πσ²),   E[x | μ] = μ
 *
 * @returns nats per example: [batch]
 * @throws GM_OPTION when the scale is not above 0; GM_SHAPE when data and prediction differ in shape
 * @see gaussianLogProb
 * @example vae({ encoder, decoder, prior, likelihood: gaussianLikelihood({ scale: 0.1 }) })
 */
export function gaussianLikelihood({ scale = 1 }: GaussianLikelihoodOptions = {}): Likelihood {
  checkScale('gaussianLikelihood', scale);
  return {
    prediction: 'unbounded',
    target: 'unbounded',
    logProb: (x, prediction) => gaussianLogProb(x, prediction, scale),
    mean: clone,
  };
}
