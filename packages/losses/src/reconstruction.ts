import { checkNumber } from '@gm/core';
import { sigmoidCrossEntropyWithLogits, squaredDistance } from '@gm/ops';
import { abs, add, exp, mul, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkBatch, sizePerExample, sumPerExample } from './perExample.js';

const LOG_TWO_PI = Math.log(2 * Math.PI);
const RESHAPE = 'Give the decoder the shape of the data, or reshape one of the two.';

/**
 * Log-probability of independent Bernoulli variables, from their logits.
 *
 *   log p(x | l) = Σᵢ xᵢ log σ(lᵢ) + (1 − xᵢ) log σ(−lᵢ) = Σᵢ xᵢ lᵢ − softplus(lᵢ)
 *
 * Finite for every finite logit. Grey values between 0 and 1 are welcome, as everywhere in the VAE literature; but then
 * exp(log p) does not integrate to one over [0, 1], so the numbers compare only with others of the same convention, and a
 * grey image costs at least its entropy. The continuous Bernoulli adds the missing constant.
 *
 * @param x       targets in [0, 1], shape [batch, …data]
 * @param logits  l, the same shape; unbounded
 * @returns nats per example, summed over the data axes: [batch], ≤ 0
 * @throws GM_SHAPE when the shapes differ
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.1, arXiv:1312.6114;
 *   Loaiza-Ganem & Cunningham (2019), The continuous Bernoulli, arXiv:1907.06845
 * @example bernoulliLogProb(ones([2, 784]), zeros([2, 784]))  // [−784 log 2, −784 log 2]
 */
export function bernoulliLogProb(x: Tensor, logits: Tensor): Tensor {
  checkBatch('bernoulliLogProb', { x, logits }, RESHAPE);
  // From 0, not negated: −0 is no log-probability to print.
  return tidy(() => sub(0, sigmoidCrossEntropyWithLogits(x, logits)));
}

/**
 * Log-density of independent Gaussians with one known scale, the constant included.
 *
 *   log N(x | μ, σ²) = −½ Σᵢ ((xᵢ − μᵢ)² / σ² + log 2πσ²)
 *
 * @param x      shape [batch, …data]
 * @param mean   μ, the same shape
 * @param scale  σ > 0, in the units of the data. Default 1.
 * @returns nats per example, summed over the data axes: [batch]
 * @throws GM_SHAPE when the shapes differ; GM_OPTION when the scale is not above 0
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.2, arXiv:1312.6114
 * @example gaussianLogProb(zeros([1, 2]), zeros([1, 2]))  // [−log 2π]
 */
export function gaussianLogProb(x: Tensor, mean: Tensor, scale = 1): Tensor {
  checkBatch('gaussianLogProb', { x, mean }, RESHAPE);
  checkScale('gaussianLogProb', scale);
  const constant = sizePerExample(x) * (LOG_TWO_PI + 2 * Math.log(scale));
  return tidy(() => mul(-0.5, add(squaredDistance(x, mean, { scale }), constant)));
}

/**
 * Log-density of independent Gaussians with a variance for each number, the constant included.
 *
 *   log N(x | μ, σ²) = −½ Σᵢ ((xᵢ − μᵢ)² / σᵢ² + log σᵢ² + log 2π)
 *
 * @param x            shape [batch, …data]
 * @param mean         μ, the same shape
 * @param logVariance  log σ², the same shape
 * @returns nats per example, summed over the data axes: [batch]
 * @throws GM_SHAPE when the shapes differ
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.2, arXiv:1312.6114
 * @example diagonalGaussianLogProb(zeros([1, 2]), zeros([1, 2]), zeros([1, 2]))  // [−log 2π]
 */
export function diagonalGaussianLogProb(x: Tensor, mean: Tensor, logVariance: Tensor): Tensor {
  checkBatch('diagonalGaussianLogProb', { x, mean, logVariance }, 'Split the output with splitGaussian().');
  return tidy(() => {
    const standardized = mul(sub(x, mean), exp(mul(-0.5, logVariance)));
    return mul(-0.5, add(sumPerExample(add(square(standardized), logVariance)), sizePerExample(x) * LOG_TWO_PI));
  });
}

/**
 * Squared error, the whole of it: no half, no mean.
 *
 *   Σᵢ (xᵢ − x̂ᵢ)²
 *
 * @param x           shape [batch, …data]
 * @param prediction  x̂, the same shape
 * @returns squared data units per example, [batch], ≥ 0
 * @throws GM_SHAPE when the shapes differ
 * @see Bishop (2006), Pattern Recognition and Machine Learning, where half of it is −log N(x | x̂, 1) up to a constant
 * @example squaredError(ones([1, 3]), zeros([1, 3]))  // [3]
 */
export function squaredError(x: Tensor, prediction: Tensor): Tensor {
  checkBatch('squaredError', { x, prediction }, RESHAPE);
  return squaredDistance(x, prediction);
}

/**
 * Absolute error. Its gradient where x = x̂ is 0, one of the subgradients.
 *
 *   Σᵢ |xᵢ − x̂ᵢ|
 *
 * @param x           shape [batch, …data]
 * @param prediction  x̂, the same shape
 * @returns data units per example, [batch], ≥ 0
 * @throws GM_SHAPE when the shapes differ
 * @see Isola, Zhu, Zhou & Efros (2017), Image-to-Image Translation with Conditional Adversarial Networks, arXiv:1611.07004
 * @example absoluteError(ones([1, 3]), zeros([1, 3]))  // [3]
 */
export function absoluteError(x: Tensor, prediction: Tensor): Tensor {
  checkBatch('absoluteError', { x, prediction }, RESHAPE);
  return tidy(() => sumPerExample(abs(sub(x, prediction))));
}

export function checkScale(where: string, scale: number): void {
  checkNumber(where, 'scale', scale, { min: 0, exclusive: true });
}
