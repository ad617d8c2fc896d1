import { checkTensor, type Prior, type Random, spec } from '@gm/core';
import { gumbelSoftmax } from '@gm/ops';
import {
  add,
  exp,
  expandDims,
  logSoftmax,
  logSumExp,
  matMul,
  mul,
  onesLike,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  tile,
} from '@tensorflow/tfjs-core';
import { checkDraw } from './prior.js';
import { LOG_TWO_PI } from './rows.js';

/** Gaussians with axes along those of z, as they are just now. */
export interface Components {
  /** [components, latent] */
  readonly mean: Tensor;
  /** [components, latent] */
  readonly logVariance: Tensor;
  /** Log weights up to a constant, [1, components]. */
  readonly logits: Tensor;
}

/**
 * The prior of Gaussian components that are computed anew for each question, so that gradients reach what they are made of.
 *
 *   p(z) = Σₖ πₖ N(z; μₖ, σₖ²),   π = softmax(logits)
 */
export function componentPrior(where: string, latent: number, components: () => Components): Prior {
  return {
    shape: [latent],
    sample(count, random) {
      checkDraw(where, count, random);
      return tidy(() => {
        const { mean, logVariance, logits } = components();
        const chosen = chosenComponents(logits, count, random);
        const scale = exp(mul(0.5, matMul(chosen, logVariance)));
        return add(matMul(chosen, mean), mul(scale, random.normal([count, latent])));
      });
    },
    logProb(z) {
      checkTensor(where, 'z', z, spec([latent]));
      return tidy(() => {
        const { mean, logVariance, logits } = components();
        const apart = mul(sub(expandDims(z, 1), mean), exp(mul(-0.5, logVariance))); // [batch, components, latent]
        const terms = sum(add(add(square(apart), logVariance), LOG_TWO_PI), -1); // [batch, components]
        return logSumExp(sub(logSoftmax(logits), mul(0.5, terms)), -1);
      });
    },
  };
}

/** Which component each draw is of, one-hot [count, components], by log weights [1, components] up to a constant. */
export function chosenComponents(logits: Tensor, count: number, random: Random): Tensor {
  const each = tile(logits, [count, 1]);
  return logits.size === 1 ? onesLike(each) : gumbelSoftmax(each, random.uniform(each.shape));
}
