import { seeded } from '@gm/core';
import { gaussian, standardNormal } from '@gm/latent';
import {
  absoluteError,
  bernoulli,
  bernoulliLogProb,
  diagonalGaussianLogProb,
  dragan,
  elbo,
  featureMatching,
  featureReconstruction,
  freeBits,
  gaussianHead,
  gaussianKl,
  gaussianKlBetween,
  gaussianKlPerDimension,
  gaussianLikelihood,
  gaussianLogProb,
  gradientPenalty,
  hinge,
  importanceWeightedBound,
  leastSquares,
  minimax,
  monteCarloKl,
  nonSaturating,
  quantileHead,
  r1,
  r2,
  realLogit,
  relativistic,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  wasserstein,
} from '@gm/losses';
import { matMul, reshape, type Tensor, tanh } from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { functionCase } from '../differentiate.js';
import { draw, drawWhole } from '../numbers.js';

const loss = functionCase('losses');

type Pair = { readonly x: Tensor; readonly y: Tensor };
const pair = { x: [3, 5], y: [3, 5] } as const;
const logits = { shape: [3, 5], low: -6, high: 6 } as const;
const codes = { mean: [3, 5], logVariance: [3, 5] } as const;
/** In [0, 1]. */
const targets = () => draw([3, 5], { low: 0, seed: 'targets' });

const games = { hinge, leastSquares, minimax, nonSaturating, relativistic, wasserstein };
const adversarial = Object.entries(games).map(([name, make]) =>
  loss(
    name,
    { real: { shape: [3], low: -4, high: 4 }, generated: { shape: [6], low: -4, high: 4 } },
    ({ real, generated }) => ({
      discriminator: make().discriminator(real, generated),
      generator: make().generator(generated, real),
    }),
    { second: name !== 'wasserstein' }, // linear
  ),
);

/** Of a small network, with the gradient for its weights: a second derivative by itself. */
const penalties = Object.entries({ dragan, gradientPenalty, r1, r2 }).map(([name, make]) =>
  loss(
    name,
    { real: [4, 3], generated: [4, 3], v: [3, 5], w: [5, 1] },
    ({ real, generated, v, w }) => {
      const scores = (x: Tensor) => reshape(matMul(tanh(matMul(x, v)), w), [-1]);
      return make().penalize(scores, { real, generated }, seeded('penalty'));
    },
    { second: false },
  ),
);

export const lossCases: readonly Case[] = [
  ...penalties,
  loss('absoluteError', pair, ({ x, y }: Pair) => absoluteError(x, y)),
  loss('squaredError', pair, ({ x, y }: Pair) => squaredError(x, y)),
  loss('bernoulliLogProb', { logits }, ({ logits }) => bernoulliLogProb(targets(), logits)),
  loss('bernoulli', { logits }, ({ logits }) => ({
    logProb: bernoulli().logProb(targets(), logits),
    mean: bernoulli().mean(logits),
  })),
  loss('gaussianLogProb', pair, ({ x, y }: Pair) => gaussianLogProb(x, y, 0.7)),
  loss('gaussianLikelihood', pair, ({ x, y }: Pair) => ({
    logProb: gaussianLikelihood({ scale: 0.7 }).logProb(x, y),
    mean: gaussianLikelihood().mean(y),
  })),
  loss('diagonalGaussianLogProb', { x: [3, 5], ...codes }, ({ x, mean, logVariance }) =>
    diagonalGaussianLogProb(x, mean, logVariance),
  ),
  loss('gaussianKl', codes, ({ mean, logVariance }) => gaussianKl(mean, logVariance)),
  loss('gaussianKlPerDimension', codes, ({ mean, logVariance }) => gaussianKlPerDimension(mean, logVariance)),
  loss('gaussianKlBetween', { ...codes, otherMean: [3, 5], otherLogVariance: [3, 5] }, (two) => {
    const { mean, logVariance, otherMean, otherLogVariance } = two as Record<string, Tensor>;
    const [q, p] = [
      { mean: mean!, logVariance: logVariance! },
      { mean: otherMean!, logVariance: otherLogVariance! },
    ];
    return gaussianKlBetween(q, p);
  }),
  loss('monteCarloKl', codes, ({ mean, logVariance }) => {
    const posterior = gaussian(mean, logVariance);
    return monteCarloKl(posterior, standardNormal(5), posterior.sample(seeded('z')));
  }),
  loss(
    'elbo',
    { logLikelihood: [3], divergence: [3] },
    ({ logLikelihood, divergence }) => elbo({ logLikelihood, divergence, beta: 2 }),
    { second: false },
  ),
  loss('importanceWeightedBound', { logWeights: [5, 3] }, ({ logWeights }) => importanceWeightedBound(logWeights)),
  loss('freeBits', { divergence: { shape: [3, 5], low: 0 } }, ({ divergence }) => freeBits(divergence, 0.5)),
  loss('featureMatching', { x: [3, 5], y: [4, 5] }, ({ x, y }: Pair) => featureMatching(x, y)),
  loss('featureReconstruction', pair, ({ x, y }: Pair) => featureReconstruction(x, y)),
  loss('gaussianHead', { targets: [3, 2], predicted: [3, 2, 2] }, ({ targets, predicted }) =>
    gaussianHead().loss(targets, predicted),
  ),
  loss('quantileHead', { targets: [3, 2], predicted: [3, 2, 3] }, ({ targets, predicted }) =>
    quantileHead({ levels: [0.1, 0.5, 0.9] }).loss(targets, predicted),
  ),
  loss('realLogit', { logits: [3, 4] }, ({ logits }) => realLogit(logits)),
  loss('sigmoidCrossEntropy', { logits }, ({ logits }) => sigmoidCrossEntropy(targets(), logits)),
  loss('softmaxCrossEntropy', { logits }, ({ logits }) => softmaxCrossEntropy(drawWhole([3], 5), logits)),
  loss('softmaxCrossEntropy, of sequences, smoothed', { logits: { ...logits, shape: [3, 4, 5] } }, ({ logits }) =>
    softmaxCrossEntropy(drawWhole([3, 4], 5), logits, { smoothing: 0.1 }),
  ),
  ...adversarial,
];
