import { checkNumber, gmError, showShape } from '@gm/core';
import { add, logSumExp, mean, mul, step, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkBatch, sumPerExample } from './perExample.js';

/** What the evidence lower bound is made of. */
export interface ElboTerms {
  /** log p(x | z), nats per example: [batch]. */
  readonly logLikelihood: Tensor;
  /** KL(q(z | x) ‖ p(z)) or an estimate, nats per example: [batch]. */
  readonly divergence: Tensor;
  /** β ≥ 0: 1 for a bound on log p(x), above 1 for disentangled codes, from 0 upwards for a warm-up. Default 1. */
  readonly beta?: number;
}

/**
 * Evidence lower bound, to be maximised.
 *
 *   ELBO = log p(x | z) − β KL(q(z | x) ‖ p(z))  ≤  log p(x) on average, when β = 1
 *
 * @returns nats per example: [batch]
 * @throws GM_SHAPE when the terms are not one value per example each; GM_OPTION when β is negative or not finite
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, equation 3, arXiv:1312.6114; β: Higgins et al. (2017), beta-VAE
 * @example neg(mean(elbo({ logLikelihood: bernoulliLogProb(x, logits), divergence: gaussianKl(mean, logVariance) })))
 */
export function elbo({ logLikelihood, divergence, beta = 1 }: ElboTerms): Tensor {
  const remedy = 'Sum both over their data axes first: one value per example.';
  checkBatch('elbo', { logLikelihood, divergence }, remedy);
  if (divergence.rank !== 1) {
    const received = showShape(divergence.shape);
    throw gmError('GM_SHAPE', { where: 'elbo', expected: 'terms of shape [batch]', received, remedy });
  }
  checkNumber('elbo', 'beta', beta, { min: 0 });
  return tidy(() => sub(logLikelihood, beta === 1 ? divergence : mul(beta, divergence)));
}

/**
 * Divergence with an allowance: the first λ nats of each latent dimension cost nothing, so the encoder has no reason to give a
 * dimension up.
 *
 *   Lₙ = Σⱼ (KLₙⱼ where its mean over the batch exceeds λ, else λ),   so that  meanₙ Lₙ = Σⱼ max(λ, meanₙ KLₙⱼ)
 *
 * The floor is under the mean over the batch, as in the paper, not under each example: one example may spend less than λ as long as
 * the batch spends it, and noise of single examples does not count as use. A dimension at its floor has no gradient.
 *
 * @param klPerDimension  nats, shape [batch, …latent]
 * @param nats            λ ≥ 0 for each dimension, in nats: one bit is log 2 of them
 * @returns nats per example: [batch], at least λ times the number of dimensions on average
 * @throws GM_SHAPE without a latent axis; GM_OPTION when λ is negative or not finite
 * @see Kingma et al. (2016), Improving Variational Inference with Inverse Autoregressive Flow, the objective with free bits, arXiv:1606.04934
 * @example freeBits(gaussianKlPerDimension(mean, logVariance), 0.5)
 */
export function freeBits(klPerDimension: Tensor, nats: number): Tensor {
  if (klPerDimension.rank < 2) {
    throw gmError('GM_SHAPE', {
      where: 'freeBits',
      expected: 'a divergence of shape [batch, …latent]',
      received: showShape(klPerDimension.shape),
      remedy: 'Pass what gaussianKlPerDimension() gives, before any sum.',
    });
  }
  checkNumber('freeBits', 'nats', nats, { min: 0 });
  return tidy(() => {
    const counts = step(sub(mean(klPerDimension, 0, true), nats)); // [1, …latent], 1 above the floor
    // A product rather than where(): a NaN stays a NaN instead of hiding under the floor.
    return sumPerExample(add(mul(counts, klPerDimension), mul(nats, sub(1, counts))));
  });
}

/**
 * The importance-weighted bound from K draws for each example, to be maximised: the ELBO for K = 1, nearer to log p(x) the more there are.
 *
 *   L_K = log 1/K Σₖ wₖ,   wₖ = p(x, zₖ) / q(zₖ | x)
 *   ∇ L_K = Σₖ w̃ₖ ∇ log wₖ,   w̃ₖ = wₖ / Σⱼ wⱼ
 *
 * @param logWeights  log wₖ in nats, shape [K, batch]
 * @returns nats per example: [batch]
 * @throws GM_SHAPE when the weights are not [K, batch]
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, equations 8 and 14, arXiv:1509.00519
 * @example neg(mean(importanceWeightedBound(logWeights)))
 */
export function importanceWeightedBound(logWeights: Tensor): Tensor {
  const { rank, shape, size } = logWeights;
  if (rank !== 2 || size === 0) {
    throw gmError('GM_SHAPE', {
      where: 'importanceWeightedBound',
      expected: 'log weights of shape [K, batch]',
      received: showShape(shape),
      remedy: 'Sum over the data axes first, and give the draws an axis of their own, the first.',
    });
  }
  return tidy(() => sub(logSumExp(logWeights, 0), Math.log(shape[0]!)));
}
