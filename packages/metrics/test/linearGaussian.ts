import type { Encoder, GaussianPosterior, Likelihood, Prior } from '@gm/core';
import {
  add,
  exp,
  matMul,
  mul,
  type Rank,
  square,
  sub,
  sum,
  type Tensor,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';

const LOG_2PI = Math.log(2 * Math.PI);

/** log N(x; mean, exp(logVariance)) summed over the last axis. */
function gaussianLogProb(x: Tensor, mean: Tensor, logVariance: Tensor | number): Tensor {
  const squares = mul(square(sub(x, mean)), exp(mul(-1, logVariance)));
  return mul(-0.5, sum(add(add(squares, logVariance), LOG_2PI), -1));
}

/** p(z) = N(0, I). */
export const prior: Prior = {
  shape: [2],
  sample: (count, random) => random.normal([count, 2]),
  logProb: (z) => gaussianLogProb(z, mul(z, 0), 0),
};

/** The same with KL(q ‖ p) = ½ Σ (μ² + σ² − 1 − log σ²). */
export const priorWithDivergence: Prior = {
  ...prior,
  divergenceFrom(posterior) {
    if (!('mean' in posterior)) return undefined;
    const { mean, logVariance } = posterior as GaussianPosterior;
    return mul(0.5, sub(add(square(mean), exp(logVariance)), add(1, logVariance)));
  },
};

/** The columns are orthogonal, so that the posterior is diagonal. */
const W: readonly (readonly number[])[] = [
  [1, 2],
  [2, -1],
  [0, 0.5],
  [-1, 0],
];
const SIZE = W.length;
const VARIANCE = 0.5;
const columns = [0, 1].map((latent) => W.map((row) => row[latent]!));
const squaredNorms = columns.map((column) => column.reduce((total, value) => total + value ** 2, 0));

/** p(x | z) = N(Wz, ½I). */
export const decoder = {
  apply: (z: Tensor): Tensor => matMul(z as Tensor<Rank.R2>, transpose(tensor2d(W.map((row) => [...row])))),
};

export const likelihood: Likelihood = {
  prediction: 'unbounded',
  target: 'unbounded',
  logProb: (x, prediction) => gaussianLogProb(x, prediction, Math.log(VARIANCE)),
  mean: (prediction) => prediction,
};

/** Precision 1 + |wᵢ|²/σ² and mean wᵢᵀx / (|wᵢ|² + σ²) of each latent dimension under p(z | x). */
const posteriorVariances = squaredNorms.map((norm) => 1 / (1 + norm / VARIANCE));
const posteriorMeans = (x: readonly number[]) =>
  columns.map(
    (column, latent) => column.reduce((total, w, axis) => total + w * x[axis]!, 0) / (squaredNorms[latent]! + VARIANCE),
  );

/** q(z | x): the true posterior with its mean moved by `shift` and its variance times `spread`. */
export function encoderOf(shift = 0, spread = 1): Encoder<GaussianPosterior> {
  const weights = W.map((row) => row.map((w, latent) => w / (squaredNorms[latent]! + VARIANCE)));
  return {
    encode(x) {
      const mean = add(matMul(x as Tensor<Rank.R2>, tensor2d(weights)), shift);
      const logVariance = add(mul(mean, 0), tensor2d([posteriorVariances.map((v) => Math.log(v * spread))]));
      return {
        mean,
        logVariance,
        sample: (random) => add(mean, mul(exp(mul(0.5, logVariance)), random.normal(mean.shape))),
        logProb: (z) => gaussianLogProb(z, mean, logVariance),
      };
    },
  };
}

/** log p(x) = log N(x; 0, WWᵀ + σ²I), by the eigenvectors, which are the columns of W and what is orthogonal to them. */
export function logProbOf(x: readonly number[]): number {
  const squares = x.reduce((total, value) => total + value ** 2, 0) / VARIANCE;
  const along = columns.map(
    (column, latent) => column.reduce((total, w, axis) => total + w * x[axis]!, 0) ** 2 / squaredNorms[latent]!,
  );
  const explained = along.map((square, latent) => square * (1 / VARIANCE - 1 / (squaredNorms[latent]! + VARIANCE)));
  const logDeterminant =
    squaredNorms.reduce((total, norm) => total + Math.log(norm + VARIANCE), 0) + (SIZE - 2) * Math.log(VARIANCE);
  return -0.5 * (SIZE * LOG_2PI + logDeterminant + squares - explained[0]! - explained[1]!);
}

/** KL(q ‖ p(z | x)), the gap between the ELBO and log p(x). */
export function gapOf(shift: number, spread: number): number {
  return posteriorVariances.reduce(
    (total, variance) => total + 0.5 * (spread + shift ** 2 / variance - 1 - Math.log(spread)),
    0,
  );
}

/** KL(q ‖ p(z)). */
export function divergenceOf(x: readonly number[], shift: number, spread: number): number {
  return posteriorMeans(x).reduce((total, mean, latent) => {
    const variance = posteriorVariances[latent]! * spread;
    return total + 0.5 * ((mean + shift) ** 2 + variance - 1 - Math.log(variance));
  }, 0);
}

export const EXAMPLES: readonly (readonly number[])[] = [
  [0, 0, 0, 0],
  [1, -1, 0.5, 2],
  [3, 1, -0.2, -1],
];

/** That many copies of one example. */
export function copiesOf(x: readonly number[], count: number): Tensor {
  return tensor2d(Array.from({ length: count }, () => [...x]));
}

/** The mean of independent estimates and its standard error. */
export async function meanOf(estimates: Tensor): Promise<{ mean: number; error: number }> {
  const values = Float64Array.from(await estimates.data());
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares) / values.length };
}
