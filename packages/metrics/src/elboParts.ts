import { checkNumber, type Posterior, type Prior } from '@gm/core';
import { addN, div, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkModel, conditionsOf, type LatentVariableModel } from './latentVariableModel.js';

export interface ElboOptions extends LatentVariableModel {
  /** Draws of z for each x, whose mean is taken. Default 1. */
  readonly samples?: number;
  /** Uses the divergence in closed form where the prior has one for this posterior. Default true. */
  readonly closedForm?: boolean;
}

/** One value for each example, in nats: elbo = reconstruction − divergence. */
export type ElboParts = {
  /** The bound, to be maximised: ≤ log p(x) in expectation. */
  readonly elbo: Tensor;
  /** E_q log p(x | z) */
  readonly reconstruction: Tensor;
  /** KL(q(z | x) ‖ p(z)); an estimate from the draws where there is no closed form. */
  readonly divergence: Tensor;
};

/**
 * The evidence lower bound and its two parts.
 *
 *   log p(x) ≥ E_q[log p(x | z)] − KL(q(z | x) ‖ p(z)),   KL = E_q[log q(z | x) − log p(z)]
 *
 * @returns tensors of shape [batch], nats
 * @throws GM_RANGE when the likelihood cannot read what the decoder gives, GM_SHAPE, GM_OPTION
 * @see Kingma & Welling (2014), Auto-encoding variational Bayes, section 2.2, arXiv:1312.6114
 * @example const { elbo } = elboParts({ encoder, decoder, prior, likelihood, x, random: seeded(1) })
 */
export function elboParts(options: ElboOptions): ElboParts {
  const { encoder, decoder, prior, likelihood, x, random, samples = 1, closedForm = true } = options;
  checkModel('elboParts', options);
  checkNumber('elboParts', 'samples', samples, { min: 1, integer: true });
  return tidy(() => {
    const posterior = encoder.encode(x, conditionsOf(options));
    const exact = closedForm ? exactDivergence(posterior, prior) : undefined;
    const draws = Array.from({ length: samples }, () =>
      tidy(() => {
        const z = posterior.sample(random);
        const reconstruction = likelihood.logProb(x, decoder.apply(z, conditionsOf(options)));
        return { reconstruction, divergence: exact ?? sub(posterior.logProb(z), prior.logProb(z)) };
      }),
    );
    const reconstruction = meanOf(draws.map((draw) => draw.reconstruction));
    const divergence = exact ?? meanOf(draws.map((draw) => draw.divergence));
    return { elbo: sub(reconstruction, divergence), reconstruction, divergence };
  });
}

function exactDivergence(posterior: Posterior, prior: Prior): Tensor | undefined {
  const perDimension = prior.divergenceFrom?.(posterior);
  return perDimension && sum(perDimension, -1);
}

function meanOf(tensors: Tensor[]): Tensor {
  return div(addN(tensors), tensors.length);
}
