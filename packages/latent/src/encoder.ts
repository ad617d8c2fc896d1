import { type Encoder, type GaussianPosterior, gmError, type Network, showSpec } from '@gm/core';
import { tidy } from '@tensorflow/tfjs-core';
import { gaussian, splitGaussian } from './gaussian.js';
import { membersOf } from './membersOf.js';

/** A network x → [2 · latent] that is read as q(z | x), with the size of z. */
export interface GaussianEncoder extends Network, Encoder<GaussianPosterior> {
  /** How many numbers one code has. */
  readonly latent: number;
}

/**
 * Any network as an encoder: its numbers are the mean and the log variance of z, the mean first.
 *
 *   q(z | x) = N(μ(x), σ²(x)),   [μ(x), log σ²(x)] = network(x)
 *
 * The mean and log variance of a posterior that `encode` gives belong to the caller. The encoder owns the network: its `dispose()` is the network's.
 *
 * @param network  gives [2 · latent] for each example
 * @throws GM_FIT when the network gives anything else
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, appendix C.2, arXiv:1312.6114
 * @example gaussianEncoder(sequential(spec([784]), dense({ units: 2 * 20, random })))
 */
export function gaussianEncoder(network: Network): GaussianEncoder {
  const [units, ...more] = network.output.shape;
  if (units === undefined || more.length > 0 || units % 2 === 1) {
    throw gmError('GM_FIT', {
      where: 'gaussianEncoder',
      expected: 'a network that gives [2 · latent] numbers',
      received: showSpec(network.output),
      remedy: 'End it in dense({ units: 2 * latent }).',
    });
  }
  return {
    ...membersOf(network),
    latent: units / 2,
    encode(x, options) {
      const { mean, logVariance } = tidy(() => splitGaussian(network.apply(x, options)));
      return gaussian(mean, logVariance);
    },
  };
}
