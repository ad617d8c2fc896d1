import { type Encoder, type GaussianPosterior, gmError, type Network, showSpec } from '@gm/core';
import { tidy } from '@tensorflow/tfjs-core';
import { gaussian, splitGaussian } from './gaussian.js';

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
    ...(network.buffers && { buffers: network.buffers }),
    ...(network.kernels && { kernels: network.kernels }),
    ...(network.condition && { condition: network.condition }),
    input: network.input,
    output: network.output,
    parameters: network.parameters,
    latent: units / 2,
    apply: (x, options) => network.apply(x, options),
    encode(x, options) {
      const { mean, logVariance } = tidy(() => splitGaussian(network.apply(x, options)));
      return gaussian(mean, logVariance);
    },
    dispose: () => network.dispose(),
  };
}
