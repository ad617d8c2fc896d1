import type { AdversarialLoss } from '@gm/core';
import { add, mul, softplus, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Least squares that do not mind outliers: near its target a score counts as its squared distance, far from it as its distance.
 *
 *   D minimises ℓ(D(x) − 1) + ℓ(D(G(z))),   G minimises ℓ(D(G(z)) − 1),   ℓ(u) = log cosh u
 *
 * @returns losses of scores [batch]: [batch], ≥ 0
 * @see Mao et al. (2017), Least Squares Generative Adversarial Networks, arXiv:1611.04076, whose square is replaced
 * @example gan({ generator, discriminator, prior, loss: logCosh() })
 */
export function logCosh(): AdversarialLoss {
  return {
    prediction: 'unbounded',
    discriminator: (real, generated) => tidy(() => add(distance(real, 1), distance(generated, 0))),
    generator: (generated) => tidy(() => distance(generated, 1)),
  };
}

/** log cosh u = softplus(2u) − u − log 2: it does not overflow where cosh does, and is smooth at 0. */
function distance(scores: Tensor, target: number): Tensor {
  const u = sub(scores, target);
  return sub(sub(softplus(mul(2, u)), u), Math.LN2);
}
