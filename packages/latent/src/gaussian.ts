import { checkSameShape, type GaussianPosterior, gmError, type Posterior, type Random, showShape } from '@gm/core';
import { gaussianSample } from '@gm/ops';
import { add, exp, mul, split, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkRandom, dataAxes, LOG_TWO_PI, sizePerExample } from './rows.js';

const SPLIT = 'Split the encoder output with splitGaussian().';

/**
 * A diagonal Gaussian posterior, one row for each example.
 *
 *   q(z | x) = N(μ, σ²),   log q(z | x) = −½ Σᵢ ((zᵢ − μᵢ)² / σᵢ² + log σᵢ² + log 2π)
 *
 * A draw is reparameterised, so gradients flow through it to μ and log σ².
 *
 * @param mean         μ, shape [batch, …latent]; borrowed for as long as the posterior is used
 * @param logVariance  log σ², the same shape; borrowed too
 * @returns a posterior; log-probabilities in nats, [batch]
 * @throws GM_SHAPE when the shapes differ, or a code handed to logProb has another; GM_RANDOM from sample without a stream
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, section 3 and appendix C.2, arXiv:1312.6114
 * @example gaussian(zeros([1, 2]), zeros([1, 2])).logProb(zeros([1, 2]))  // [−log 2π]
 */
export function gaussian(mean: Tensor, logVariance: Tensor): GaussianPosterior {
  checkCodes('gaussian', mean, logVariance);
  return {
    mean,
    logVariance,
    sample: (random) => reparameterize(mean, logVariance, random),
    logProb(z) {
      checkSameShape('gaussian', { z, mean }, 'Give one code for each row of the posterior.');
      return tidy(() => {
        const standardized = mul(sub(z, mean), exp(mul(-0.5, logVariance)));
        const terms = sum(add(square(standardized), logVariance), dataAxes(z)); // [batch]
        return mul(-0.5, add(terms, sizePerExample(z) * LOG_TWO_PI));
      });
    },
  };
}

/**
 * A draw from a diagonal Gaussian as a function of its parameters and of noise that does not depend on them.
 *
 *   z = μ + σ ε,   ε ~ N(0, 1)
 *
 * @param mean         μ, shape [batch, …latent]
 * @param logVariance  log σ², the same shape
 * @param random       where ε comes from; advanced by one draw
 * @returns z, the same shape, differentiable with respect to μ and log σ²
 * @throws GM_SHAPE when the shapes differ; GM_RANDOM without a stream
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, section 2.4, arXiv:1312.6114
 * @example reparameterize(mean, logVariance, seeded(1))
 */
export function reparameterize(mean: Tensor, logVariance: Tensor, random: Random): Tensor {
  checkCodes('reparameterize', mean, logVariance);
  checkRandom('reparameterize', random);
  return tidy(() => gaussianSample(mean, logVariance, random.normal(mean.shape)));
}

/**
 * The two halves of what an encoder gives: the mean first, the log variance second.
 *
 * @param parameters  shape [batch, …, 2 · latent]; split along the last axis
 * @returns mean μ and logVariance log σ², shape [batch, …, latent] each
 * @throws GM_SHAPE when the last axis is odd, or there is none beside the batch axis
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.2, arXiv:1312.6114
 * @example const { mean, logVariance } = splitGaussian(network.apply(x))
 */
export function splitGaussian(parameters: Tensor): Pick<GaussianPosterior, 'mean' | 'logVariance'> {
  const { rank, shape } = parameters;
  if (rank < 2 || shape[rank - 1]! % 2 === 1) {
    throw gmError('GM_SHAPE', {
      where: 'splitGaussian',
      expected: 'parameters of shape [batch, …, 2 · latent]',
      received: showShape(shape),
      remedy: 'End the encoder in twice as many units as the latent space has dimensions.',
    });
  }
  return tidy(() => {
    const [mean, logVariance] = split(parameters, 2, rank - 1) as [Tensor, Tensor];
    return { mean, logVariance };
  });
}

/** Whether a posterior shows that it is a diagonal Gaussian. */
export function isGaussian(posterior: Posterior): posterior is GaussianPosterior {
  return 'mean' in posterior && 'logVariance' in posterior;
}

function checkCodes(where: string, mean: Tensor, logVariance: Tensor): void {
  checkSameShape(where, { mean, logVariance }, SPLIT);
  if (mean.rank > 1) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'mean and logVariance of shape [batch, …latent]',
    received: showShape(mean.shape),
    remedy: 'Add a batch axis: reshape one code to [1, latent].',
  });
}
