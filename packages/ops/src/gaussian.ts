import { add, clone, exp, expm1, mul, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import {
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
} from './kernelNames.js';
import { asFloat, checkBatch, sumPerExample } from './perExample.js';

const runKl = fusedOperation({
  kernelName: gaussianKlKernel,
  inputs: ['mean', 'logVariance'],
  composed: ({ mean, logVariance }, { perDimension }) => {
    const excess = sub(expm1(logVariance), logVariance); // ≥ 0, and exactly 0 at 0
    const divergence = mul(0.5, add(square(mean), excess));
    return [perDimension ? divergence : sumPerExample(divergence)];
  },
  gradients: ({ dys: [dy], inputs }) => {
    const [mean, logVariance] = runKernel(gaussianKlGradKernel, { dy: dy!, ...inputs }, {}) as [Tensor, Tensor];
    return { mean: () => mean, logVariance: () => logVariance };
  },
});

/**
 * Kullback–Leibler divergence from a diagonal Gaussian to the standard normal.
 *
 *   KL(q ‖ p) = ½ Σᵢ (μᵢ² + σᵢ² − 1 − log σᵢ²)
 *
 * The gradients, dy μ and ½ dy (σ² − 1), are made in one pass.
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @returns nats per example, [batch]; ≥ 0, but for a rounding error of 10⁻⁷ a dimension
 * @throws GM_SHAPE when the shapes differ or have no batch axis
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix B, arXiv:1312.6114
 * @example gaussianKl(zeros([2, 8]), zeros([2, 8]))  // [0, 0]
 */
export function gaussianKl(mean: Tensor, logVariance: Tensor): Tensor {
  return kl('gaussianKl', mean, logVariance, false);
}

/**
 * `gaussianKl` before the sum.
 *
 *   KLᵢ = ½ (μᵢ² + σᵢ² − 1 − log σᵢ²)
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @returns nats per dimension, the same shape
 * @throws GM_SHAPE when the shapes differ or have no batch axis
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix B, arXiv:1312.6114
 * @example gaussianKlPerDimension(ones([1, 2]), zeros([1, 2]))  // [[½, ½]]
 */
export function gaussianKlPerDimension(mean: Tensor, logVariance: Tensor): Tensor {
  return kl('gaussianKlPerDimension', mean, logVariance, true);
}

function kl(where: string, mean: Tensor, logVariance: Tensor, perDimension: boolean): Tensor {
  checkBatch(where, { mean, logVariance });
  return tidy(() => runKl({ mean: asFloat(mean), logVariance: asFloat(logVariance) }, { perDimension })[0]!);
}

const runSample = fusedOperation({
  kernelName: gaussianSampleKernel,
  inputs: ['mean', 'logVariance', 'noise'],
  composed: ({ mean, logVariance, noise }) => [add(mean, mul(exp(mul(0.5, logVariance)), noise))],
  gradients: ({ dys: [dy], inputs: { logVariance, noise } }) => ({
    mean: () => clone(dy!),
    logVariance: () => runKernel(gaussianSampleGradKernel, { dy: dy!, logVariance, noise }, {})[0]!,
  }),
});

/**
 * A draw from a diagonal Gaussian as a function of its parameters and of noise that does not depend on them.
 *
 *   z = μ + e^(½ log σ²) ε
 *
 * The gradients are dz for μ and ½ dz σ ε for log σ².
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @param noise        ε, the same shape
 * @returns z, the same shape
 * @throws GM_SHAPE when the shapes differ or have no batch axis
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, section 2.4, arXiv:1312.6114
 * @example gaussianSample(mean, logVariance, random.normal(mean.shape))
 */
export function gaussianSample(mean: Tensor, logVariance: Tensor, noise: Tensor): Tensor {
  checkBatch('gaussianSample', { mean, logVariance, noise });
  return tidy(() => runSample({ mean: asFloat(mean), logVariance: asFloat(logVariance), noise: asFloat(noise) })[0]!);
}
