import type { GaussianPosterior, Posterior, Prior } from '@gm/core';
import * as ops from '@gm/ops';
import { exp, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkBatch } from './perExample.js';

const SPLIT = 'Split the encoder output with splitGaussian().';

/** The two parameters of a diagonal Gaussian, [batch, …latent] each. */
export type DiagonalGaussian = Pick<GaussianPosterior, 'mean' | 'logVariance'>;

/**
 * Kullback–Leibler divergence from a diagonal Gaussian to the standard normal.
 *
 *   KL(q ‖ p) = ½ Σᵢ (μᵢ² + σᵢ² − 1 − log σᵢ²)
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @returns nats per example, [batch]; ≥ 0, but for a rounding error of 10⁻⁷ a dimension
 * @throws GM_SHAPE when the shapes differ
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix B, arXiv:1312.6114
 * @example gaussianKl(zeros([2, 8]), zeros([2, 8]))  // [0, 0]
 */
export function gaussianKl(mean: Tensor, logVariance: Tensor): Tensor {
  checkBatch('gaussianKl', { mean, logVariance }, SPLIT);
  return ops.gaussianKl(mean, logVariance);
}

/**
 * `gaussianKl` before the sum: what each dimension costs, for `freeBits` and for finding dead dimensions.
 *
 *   KLᵢ = ½ (μᵢ² + σᵢ² − 1 − log σᵢ²)
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @returns nats per dimension, the same shape
 * @throws GM_SHAPE when the shapes differ
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix B, arXiv:1312.6114
 * @example freeBits(gaussianKlPerDimension(mean, logVariance), 0.1)
 */
export function gaussianKlPerDimension(mean: Tensor, logVariance: Tensor): Tensor {
  checkBatch('gaussianKlPerDimension', { mean, logVariance }, SPLIT);
  return ops.gaussianKlPerDimension(mean, logVariance);
}

/**
 * Kullback–Leibler divergence between two diagonal Gaussians.
 *
 *   KL(q ‖ p) = ½ Σᵢ (σqᵢ² / σpᵢ² − 1 − log(σqᵢ² / σpᵢ²) + (μqᵢ − μpᵢ)² / σpᵢ²)
 *
 * @param q  mean and log variance, shape [batch, …latent]
 * @param p  mean and log variance, the same shape
 * @returns nats per example, [batch]; ≥ 0, but for a rounding error of 10⁻⁷ a dimension; 0 where q = p
 * @throws GM_SHAPE when the shapes differ
 * @see Kullback & Leibler (1951), On information and sufficiency; Kingma & Welling (2014), appendix B, is the case p = N(0, 1)
 * @example gaussianKlBetween(posterior, { mean: zeros([2, 8]), logVariance: zeros([2, 8]) })
 */
export function gaussianKlBetween(q: DiagonalGaussian, p: DiagonalGaussian): Tensor {
  const named = { 'q.mean': q.mean, 'q.logVariance': q.logVariance, 'p.mean': p.mean, 'p.logVariance': p.logVariance };
  checkBatch('gaussianKlBetween', named, SPLIT);
  return tidy(() => {
    const distance = mul(sub(q.mean, p.mean), exp(mul(-0.5, p.logVariance)));
    return ops.gaussianKl(distance, sub(q.logVariance, p.logVariance));
  });
}

/**
 * Divergence of a posterior from a prior, estimated from one draw of the posterior: unbiased for any pair that can say log q and
 * log p, and of one example it may be negative.
 *
 *   KL(q ‖ p) ≈ log q(z | x) − log p(z),   z ~ q(z | x)
 *
 * @param posterior  q, one row for each example
 * @param prior      p; where p(z) = 0 the estimate is Infinity
 * @param z          a draw of the posterior, [batch, …latent]
 * @returns nats per example, [batch]
 * @throws GM_SHAPE when the two log-probabilities are not one value per example
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, equation 6, arXiv:1312.6114
 * @example monteCarloKl(posterior, prior, posterior.sample(random))
 */
export function monteCarloKl(posterior: Posterior, prior: Prior, z: Tensor): Tensor {
  return tidy(() => {
    const [logPosterior, logPrior] = [posterior.logProb(z), prior.logProb(z)];
    checkBatch('monteCarloKl', { posterior: logPosterior, prior: logPrior }, 'Draw z from that posterior.');
    return sub(logPosterior, logPrior);
  });
}
