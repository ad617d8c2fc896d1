import { seeded, spec } from '@gm/core';
import { alphabetOf, arrayDataset, balanced, batches, passages, semiSupervised, toy } from '@gm/data';
import {
  convClassifier,
  dcganDiscriminator,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  resnetClassifier,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import { convDecoder, dcganGenerator, mlpDecoder, recurrentGenerator } from '@gm/generators';
import { convEncoder, mlpEncoder, standardNormal, trainedMixture, uniform, vampPrior } from '@gm/latent';
import {
  bernoulli,
  dragan,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import {
  adam,
  adamW,
  adversarialAutoencoder,
  classifier,
  gan,
  languageModel,
  rmsprop,
  semiSupervisedGan,
  sgd,
  trainer,
  vae,
  vaeGan,
} from '@gm/trainers';
import type { Functions } from './evaluate.js';

/** What programs may call, by the package that it is imported from. */
export const LIBRARY = {
  '@gm/core': { seeded, spec },
  '@gm/data': { alphabetOf, arrayDataset, balanced, batches, passages, semiSupervised, toy },
  '@gm/discriminators': {
    convClassifier,
    dcganDiscriminator,
    mlpClassifier,
    mlpDiscriminator,
    patchDiscriminator,
    resnetClassifier,
    resnetDiscriminator,
    withHead,
  },
  '@gm/generators': { convDecoder, dcganGenerator, mlpDecoder, recurrentGenerator },
  '@gm/latent': { convEncoder, mlpEncoder, standardNormal, trainedMixture, uniform, vampPrior },
  '@gm/losses': {
    bernoulli,
    dragan,
    gaussianLikelihood,
    gradientPenalty,
    hinge,
    leastSquares,
    minimax,
    nonSaturating,
    r1,
    r2,
    relativistic,
    wasserstein,
  },
  '@gm/trainers': {
    adam,
    adamW,
    adversarialAutoencoder,
    classifier,
    gan,
    languageModel,
    rmsprop,
    semiSupervisedGan,
    sgd,
    trainer,
    vae,
    vaeGan,
  },
} as const satisfies Readonly<Record<string, Functions>>;

/** All of it, and what needs nothing imported. What reads files is given by whoever evaluates a program. */
export const FUNCTIONS: Functions = {
  ...Object.assign({}, ...Object.values(LIBRARY)),
  'Float32Array.of': (...values: number[]) => Float32Array.of(...values),
};
