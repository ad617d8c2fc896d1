import { checkNumber, gmError, type Penalty } from '@gm/core';
import { add, grad, mean, mul, reshape, slice, sqrt, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

export interface GradientPenaltyOptions {
  /** λ ≥ 0. Default 10. */
  readonly weight?: number;
  /** The length of gradient that costs nothing, ≥ 0. Default 1. */
  readonly target?: number;
}

/**
 * Keeps the length of the discriminator's gradient near 1 on lines between real and generated examples.
 *
 *   λ (‖∇D(x̂)‖ − target)²,   x̂ = ε x + (1 − ε) G(z),   ε ~ U[0, 1) for each pair
 *
 * Batch normalisation makes one example's score depend on the others, and the penalty on one example meaningless: use layer or group
 * normalisation in the discriminator.
 *
 * @returns a penalty in the square of scores per length of x: [batch]
 * @throws GM_OPTION when weight or target is negative or not finite; GM_SHAPE when there are fewer generated than real examples
 * @see Gulrajani et al. (2017), Improved Training of Wasserstein GANs, algorithm 1, arXiv:1704.00028
 * @example gan({ generator, discriminator, prior, loss: wasserstein(), penalty: gradientPenalty() })
 */
export function gradientPenalty({ weight = 10, target = 1 }: GradientPenaltyOptions = {}): Penalty {
  checkNumber('gradientPenalty', 'weight', weight, { min: 0 });
  checkNumber('gradientPenalty', 'target', target, { min: 0 });
  return {
    penalize: (scores, { real, generated }, random) =>
      tidy(() => {
        const partner = partnersOf('gradientPenalty', real, generated);
        const share = random.uniform(perExample(real));
        const between = add(partner, mul(share, sub(real, partner)));
        return mul(weight, square(sub(lengths(slopes(scores, between)), target)));
      }),
  };
}

export interface DraganOptions extends GradientPenaltyOptions {
  /** How far from the data, in standard deviations of the batch, > 0. Default 0.5. */
  readonly scale?: number;
}

/**
 * The penalty of `gradientPenalty` in the neighbourhood of real examples only.
 *
 *   λ (‖∇D(x̂)‖ − target)²,   x̂ = x + scale σ u,   u ~ U[0, 1) for each number,   σ² the variance of all numbers of the batch
 *
 * @returns a penalty in the square of scores per length of x: [batch]
 * @throws GM_OPTION when an option is outside its limits
 * @see Kodali et al. (2017), On Convergence and Stability of GANs, algorithm 1, arXiv:1705.07215; the noise is that of its authors' code
 * @example gan({ generator, discriminator, prior, penalty: dragan() })
 */
export function dragan({ weight = 10, target = 1, scale = 0.5 }: DraganOptions = {}): Penalty {
  checkNumber('dragan', 'weight', weight, { min: 0 });
  checkNumber('dragan', 'target', target, { min: 0 });
  checkNumber('dragan', 'scale', scale, { min: 0, exclusive: true });
  return {
    penalize: (scores, { real }, random) =>
      tidy(() => {
        const deviation = sqrt(mean(square(sub(real, mean(real)))));
        const near = add(real, mul(mul(scale, deviation), random.uniform(real.shape)));
        return mul(weight, square(sub(lengths(slopes(scores, near)), target)));
      }),
  };
}

export interface ZeroCentredOptions {
  /** γ ≥ 0. Default 10. */
  readonly gamma?: number;
}

/**
 * Pulls the discriminator's gradient at real examples to zero, which makes the game converge near its solution.
 *
 *   γ/2 ‖∇D(x)‖²
 *
 * @returns a penalty in the square of scores per length of x: [batch]
 * @throws GM_OPTION when gamma is negative or not finite
 * @see Mescheder, Geiger & Nowozin (2018), Which Training Methods for GANs do actually Converge?, equation 9, arXiv:1801.04406
 * @example gan({ generator, discriminator, prior, penalty: r1({ gamma: 1 }) })
 */
export function r1({ gamma = 10 }: ZeroCentredOptions = {}): Penalty {
  checkNumber('r1', 'gamma', gamma, { min: 0 });
  return { penalize: (scores, { real }) => zeroCentred(scores, real, gamma) };
}

/**
 * `r1` at generated examples.
 *
 *   γ/2 ‖∇D(G(z))‖²
 *
 * @returns a penalty in the square of scores per length of x: [batch]
 * @throws GM_OPTION when gamma is negative or not finite; GM_SHAPE when there are fewer generated than real examples
 * @see Mescheder, Geiger & Nowozin (2018), Which Training Methods for GANs do actually Converge?, equation 10, arXiv:1801.04406
 * @example gan({ generator, discriminator, prior, loss: relativistic(), penalty: [r1(), r2()] })
 */
export function r2({ gamma = 10 }: ZeroCentredOptions = {}): Penalty {
  checkNumber('r2', 'gamma', gamma, { min: 0 });
  return { penalize: (scores, { real, generated }) => zeroCentred(scores, partnersOf('r2', real, generated), gamma) };
}

function zeroCentred(scores: (x: Tensor) => Tensor, x: Tensor, gamma: number): Tensor {
  return tidy(() => mul(gamma / 2, squares(slopes(scores, x))));
}

/** ∇ₓ of each example's own score. */
function slopes(scores: (x: Tensor) => Tensor, x: Tensor): Tensor {
  return grad((points: Tensor) => sum(scores(points)))(x);
}

/** Σ over the data axes: [batch]. */
const squares = (gradient: Tensor) => sum(square(reshape(gradient, [gradient.shape[0]!, -1])), 1);

/** Under the root, so that a gradient of zero has a derivative. */
const TINY = 1e-12;
const lengths = (gradient: Tensor) => sqrt(add(squares(gradient), TINY));

const perExample = ({ shape }: Tensor) => shape.map((size, axis) => (axis === 0 ? size : 1));

/** As many generated examples as there are real ones. */
function partnersOf(where: string, real: Tensor, generated: Tensor): Tensor {
  const [count, all] = [real.shape[0]!, generated.shape[0]!];
  if (all === count) return generated;
  if (all > count) return slice(generated, 0, count);
  throw gmError('GM_SHAPE', {
    where,
    expected: 'at least as many generated as real examples',
    received: `${all} and ${count}`,
    remedy: 'Draw as many codes as the batch has examples.',
  });
}
