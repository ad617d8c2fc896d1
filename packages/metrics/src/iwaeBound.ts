import { checkNumber } from '@gm/core';
import { add, concat, reshape, sub, type Tensor, tidy, tile } from '@tensorflow/tfjs-core';
import { checkModel, conditionsOf, type LatentVariableModel } from './latentVariableModel.js';
import { logMeanExp } from './logMeanExp.js';

export interface IwaeOptions extends LatentVariableModel {
  /** K, the draws of z for each x. Default 50. */
  readonly samples?: number;
  /** How many draws for each x are decoded at once. Default: as many as make at most 4,096 rows with the batch. */
  readonly chunk?: number;
}

/**
 * The importance-weighted bound L_K, which rises with K from the ELBO (K = 1) to log p(x).
 *
 *   L_K = E[log 1/K Σₖ wₖ],  wₖ = p(x, zₖ) / q(zₖ | x),  zₖ ~ q(z | x)
 *
 * Draws come in chunks whose weights are summed on the way, so that memory does not grow with K: K = 5,000, the usual number
 * for test likelihoods, fits anywhere. Time grows with batch · K; small batches let other work happen in between.
 *
 * @returns [batch], nats; one estimate of L_K for each example
 * @throws GM_RANGE when the likelihood cannot read what the decoder gives, GM_SHAPE, GM_OPTION
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, section 3, arXiv:1509.00519
 * @example iwaeBound({ encoder, decoder, prior, likelihood, x, random: seeded(1), samples: 5000 })
 */
export function iwaeBound(options: IwaeOptions): Tensor {
  checkModel('iwaeBound', options);
  const { x, samples = 50, chunk = Math.max(1, Math.floor(4096 / x.shape[0]!)) } = options;
  checkNumber('iwaeBound', 'samples', samples, { min: 1, integer: true });
  checkNumber('iwaeBound', 'chunk', chunk, { min: 1, integer: true });
  return tidy(() => logMeanExp(logWeights(options, samples, chunk)));
}

/** Pieces of at most `chunk` log weights for each example, [draws, batch], `samples` in all; x is encoded only once. */
function* logWeights(options: IwaeOptions, samples: number, chunk: number): Generator<() => Tensor> {
  const { encoder, decoder, prior, likelihood, x, random } = options;
  const posterior = encoder.encode(x, conditionsOf(options));
  const [batch = 1, ...example] = x.shape;
  for (let left = samples; left > 0; left -= chunk) {
    const count = Math.min(left, chunk);
    yield () => {
      const draws = Array.from({ length: count }, () => posterior.sample(random));
      const z = concat(draws); // [count · batch, …latent], draw after draw
      const repeated = tile(x, [count, ...example.map(() => 1)]);
      const logJoint = add(
        likelihood.logProb(repeated, decoder.apply(z, conditionsOf(options, count))),
        prior.logProb(z),
      );
      return reshape(sub(logJoint, concat(draws.map((draw) => posterior.logProb(draw)))), [count, batch]);
    };
  }
}
