import { checkTensor, type Prior, spec } from '@gm/core';
import {
  add,
  expandDims,
  logSumExp,
  matMul,
  mul,
  square,
  sub,
  sum,
  tensor,
  tensor2d,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { chosenComponents } from './componentPrior.js';
import { checkDraw } from './prior.js';
import { LOG_TWO_PI } from './rows.js';
import { invertTriangular, type Matrix } from './triangular.js';

/** Gaussians with axes of their own: Σₖ = Lₖ Lₖᵀ. */
export interface CorrelatedComponents {
  readonly means: Matrix;
  /** Lₖ: lower triangular, with a diagonal above 0. */
  readonly factors: readonly Matrix[];
  /** They add up to 1. */
  readonly weights: readonly number[];
}

/**
 * The prior of Gaussian components that lie askew.
 *
 *   p(z) = Σₖ πₖ N(z; μₖ, Lₖ Lₖᵀ),   log N(z; μ, L Lᵀ) = −½ ‖L⁻¹ (z − μ)‖² − Σᵢ log Lᵢᵢ − ½ n log 2π
 */
export function correlatedPrior(where: string, { means, factors, weights }: CorrelatedComponents): Prior {
  const [count, size] = [means.length, means[0]!.length];
  const shape = [count, size, size] as [number, number, number];
  const inverses = factors.map(invertTriangular);
  const volumes = factors.map((factor) => factor.reduce((total, row, i) => total + Math.log(row[i]!), 0));
  const offsets = weights.map((weight, k) => Math.log(weight) - volumes[k]! - 0.5 * size * LOG_TWO_PI);
  const centres = () => tensor(means.flat(), [count, 1, size]);
  return {
    shape: [size],
    sample(examples, random) {
      checkDraw(where, examples, random);
      return tidy(() => {
        const chosen = chosenComponents(tensor2d(weights.map(Math.log), [1, count]), examples, random);
        const noise = tile(expandDims(random.normal([examples, size]), 0), [count, 1, 1]);
        const each = add(matMul(noise, tensor(factors.flat(2), shape), false, true), centres()); // [components, examples, latent]
        return sum(mul(each, expandDims(transpose(chosen), -1)), 0);
      });
    },
    logProb(z) {
      checkTensor(where, 'z', z, spec([size]));
      return tidy(() => {
        const apart = sub(expandDims(z, 0), centres()); // [components, batch, latent]
        const within = matMul(apart, tensor(inverses.flat(2), shape), false, true);
        const terms = mul(-0.5, sum(square(within), -1)); // [components, batch]
        return logSumExp(add(terms, tensor2d(offsets, [count, 1])), 0);
      });
    },
  };
}
