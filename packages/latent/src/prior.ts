import { checkNumber, checkSameShape, checkTensor, gmError, type Prior, sizeOf, spec } from '@gm/core';
import { gaussianKlPerDimension } from '@gm/ops';
import { add, clipByValue, log, mul, square, step, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { isGaussian } from './gaussian.js';
import { checkRandom, dataAxes, LOG_TWO_PI } from './rows.js';

/**
 * The standard normal prior, which knows its divergence from a Gaussian posterior in closed form.
 *
 *   p(z) = N(0, 1),   log p(z) = −½ Σᵢ (zᵢ² + log 2π),   KLᵢ(q ‖ p) = ½ (μᵢ² + σᵢ² − 1 − log σᵢ²)
 *
 * @param latent  how many numbers one z has, or its shape
 * @returns a prior; log-probabilities in nats, [batch]; divergences in nats per dimension, [batch, …latent]
 * @throws GM_OPTION when a size or a count is not a positive whole number; GM_SHAPE for codes of another shape; GM_RANDOM from
 *   sample without a stream
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix B, arXiv:1312.6114
 * @example standardNormal(20).sample(64, seeded(1))  // [64, 20]
 */
export function standardNormal(latent: number | readonly number[]): Prior {
  const shape = shapeOf('standardNormal', latent);
  return {
    shape,
    sample(count, random) {
      checkDraw('standardNormal', count, random);
      return random.normal([count, ...shape]);
    },
    logProb(z) {
      checkTensor('standardNormal', 'z', z, spec(shape));
      return tidy(() => mul(-0.5, add(sum(square(z), dataAxes(z)), sizeOf(shape) * LOG_TWO_PI)));
    },
    divergenceFrom(posterior) {
      if (!isGaussian(posterior)) return undefined;
      const { mean, logVariance } = posterior;
      checkTensor('standardNormal', 'mean', mean, spec(shape));
      checkSameShape('standardNormal', { mean, logVariance }, 'Split the encoder output with splitGaussian().');
      return gaussianKlPerDimension(mean, logVariance);
    },
  };
}

/** Options of `uniform`. */
export interface UniformOptions {
  /** Default −1. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/**
 * The uniform prior on a cube, for generators. No Gaussian posterior stays inside it, so its divergence from one is infinite.
 *
 *   log p(z) = −n log(high − low) for low ≤ zᵢ ≤ high, −Infinity elsewhere
 *
 * @param latent  how many numbers one z has, or its shape
 * @returns a prior; log-probabilities in nats, [batch]
 * @throws GM_OPTION when low is not below high, or a size or a count is not a positive whole number; GM_SHAPE for codes of another
 *   shape; GM_RANDOM from sample without a stream
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with DCGANs, arXiv:1511.06434
 * @example uniform(100).sample(64, seeded(1))  // [64, 100] in [−1, 1]
 */
export function uniform(latent: number | readonly number[], { low = -1, high = 1 }: UniformOptions = {}): Prior {
  const shape = shapeOf('uniform', latent);
  checkInterval(low, high);
  const inside = -sizeOf(shape) * Math.log(high - low);
  return {
    shape,
    range: [low, high],
    sample(count, random) {
      checkDraw('uniform', count, random);
      // Clipped, for low + (high − low) u may round to just above high.
      return tidy(() => clipByValue(add(low, mul(high - low, random.uniform([count, ...shape]))), low, high));
    },
    logProb(z) {
      checkTensor('uniform', 'z', z, spec(shape));
      return tidy(() => {
        const outside = sum(add(step(sub(z, high)), step(sub(low, z))), dataAxes(z)); // [batch], how many are
        return add(inside, log(sub(1, step(outside)))); // log 0 where any is: −Infinity, and no gradient anywhere
      });
    },
  };
}

function shapeOf(where: string, latent: number | readonly number[]): readonly number[] {
  const shape = typeof latent === 'number' ? [latent] : [...latent];
  for (const size of shape) checkNumber(where, 'latent', size, { min: 1, integer: true });
  if (shape.length > 0) return shape;
  throw gmError('GM_OPTION', {
    where,
    expected: 'latent to be a number or a shape',
    received: '[]',
    remedy: 'Give at least one size.',
  });
}

/** Passes for a number of draws and a stream to draw them from. @throws GM_OPTION, GM_RANDOM */
export function checkDraw(where: string, count: number, random: Parameters<Prior['sample']>[1]): void {
  checkNumber(where, 'count', count, { min: 1, integer: true });
  checkRandom(where, random);
}

function checkInterval(low: number, high: number): void {
  checkNumber('uniform', 'low', low);
  checkNumber('uniform', 'high', high);
  if (Math.fround(low) < Math.fround(high)) return;
  throw gmError('GM_OPTION', {
    where: 'uniform',
    expected: 'low to be below high',
    received: `low ${low} and high ${high}`,
    remedy: 'Swap them, or move them apart.',
  });
}
