import {
  checkFits,
  checkNumber,
  type Encoder,
  type Examples,
  gmError,
  type Likelihood,
  type Network,
  type Optimizer,
  type Posterior,
  type Prior,
  type Range,
  type Spec,
  showRange,
} from '@gm/core';
import { bernoulli, elbo, freeBits as floorOf, monteCarloKl } from '@gm/losses';
import { mean, neg, sum, type Tensor } from '@tensorflow/tfjs-core';
import { checkCodes, classesFor, dataSpec, priorSpec, training } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { rateAt, type Schedule } from '../schedule.js';

/** What a variational autoencoder is made of. */
export interface VaeParts {
  readonly encoder: Network & Encoder;
  readonly decoder: Network;
  readonly prior: Prior;
  /** How decoded numbers are read as a distribution over data. Default `bernoulli()`: a decoder that ends in logits. */
  readonly likelihood?: Likelihood;
  /** Weight of the divergence, or its warm-up. Default 1. */
  readonly beta?: number | Schedule;
  /** Nats per latent dimension that cost nothing. Default 0; needs a prior whose divergence has a closed form. */
  readonly freeBits?: number;
  readonly optimizer?: Optimizer;
}

/**
 * Variational autoencoder: a game of one.
 *
 *   maximise E_q[log p(x | z)] − β KL(q(z | x) ‖ p(z)),   z = μ + σ ε
 *
 * A prior with parameters (`trainedMixture`, `vampPrior` of @gm/latent) is moved along. Parts that need a condition are given the labels of the batch: a conditional VAE, p(x | z, y) and q(z | x, y).
 *
 * Reports `loss` (the negated bound), `reconstruction` (−log p(x | z)) and `divergence`, in nats per example.
 *
 * @throws GM_FIT when the parts do not fit each other; GM_OPTION when beta or freeBits is outside its limits
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, algorithm 1, arXiv:1312.6114; β: Higgins et al. (2017);
 *   conditions: Sohn, Lee & Yan (2015), Learning Structured Output Representation using Deep Conditional Generative Models
 * @example trainer(vae({ encoder, decoder, prior: standardNormal(20) }))
 */
export function vae(parts: VaeParts): Game<Examples> {
  const { encoder, decoder, prior, likelihood = bernoulli(), beta = 1, freeBits = 0, optimizer = adam() } = parts;
  checkFloor('vae', freeBits, prior);
  if (typeof beta === 'number') checkNumber('vae', 'beta', beta, { min: 0 });
  return {
    input: checkAutoencoder({ encoder, decoder, prior, likelihood }),
    ...classesFor(encoder, decoder),
    players: [
      {
        name: 'autoencoder',
        networks: { encoder, decoder, ...trainedOf(prior) },
        optimizer,
        loss(batch, _, { step, random }) {
          const { x } = batch;
          const options = training(batch, random);
          const posterior = encoder.encode(x, options);
          const z = posterior.sample(random);
          const logLikelihood = likelihood.logProb(x, decoder.apply(z, options)); // [batch]
          const divergence = divergenceOf(posterior, prior, z, freeBits); // [batch]
          const bound = elbo({ logLikelihood, divergence, beta: rateAt(beta, step) });
          return { loss: neg(mean(bound)), reconstruction: neg(mean(logLikelihood)), divergence: mean(divergence) };
        },
      },
    ],
  };
}

/** KL(q ‖ p) for each example: in closed form where the prior has one, else from the draw z. */
export function divergenceOf(posterior: Posterior, prior: Prior, z: Tensor, freeBits = 0): Tensor {
  const perDimension = prior.divergenceFrom?.(posterior);
  if (perDimension === undefined) return monteCarloKl(posterior, prior, z);
  const latent = perDimension.shape.map((_, axis) => axis).slice(1);
  return freeBits > 0 ? floorOf(perDimension, freeBits) : sum(perDimension, latent);
}

/** What of a prior is trained with the model. */
export function trainedOf({ network }: Prior): Readonly<Record<string, Network>> {
  return network ? { prior: network } : {};
}

interface Autoencoder {
  readonly encoder: Network & Encoder;
  readonly decoder: Network;
  readonly prior: Prior;
  readonly likelihood: Likelihood;
}

/** What the data have to be for these parts, which fit each other, with a finite divergence. @throws GM_FIT */
export function checkAutoencoder(parts: Autoencoder): Spec {
  checkReach(parts.prior);
  return checkReading(parts);
}

/** Passes when posteriors that go everywhere stay within reach of the prior. @throws GM_FIT when their divergence would be infinite */
export function checkReach({ range = 'unbounded', categories }: Prior): void {
  if (typeof range !== 'string' && categories === undefined) throw bounded(range);
}

/** What the data have to be for these parts, which fit each other. @throws GM_FIT */
export function checkReading({ encoder, decoder, prior, likelihood }: Autoencoder): Spec {
  const input = dataSpec(
    { name: 'encoder', spec: encoder.input },
    { name: 'likelihood', spec: { ...encoder.input, range: likelihood.target } },
  );
  checkCodes(encoder, prior);
  checkFits({ name: 'prior', spec: priorSpec(prior) }, { name: 'decoder', spec: decoder.input });
  checkFits(
    { name: 'decoder', spec: decoder.output },
    { name: 'likelihood', spec: { ...input, range: likelihood.prediction } },
  );
  return input;
}

/** A Gaussian has codes everywhere. */
function bounded(range: Range) {
  return gmError('GM_FIT', {
    where: 'encoder → prior',
    expected: 'a prior over all numbers, for a posterior that goes everywhere',
    received: `one in ${showRange(range)}, from which its divergence is infinite`,
    remedy: 'Take standardNormal().',
  });
}

/** @throws GM_OPTION when `freeBits` is no number of nats, or the prior cannot say what each dimension costs */
export function checkFloor(where: string, freeBits: number, prior: Prior): void {
  checkNumber(where, 'freeBits', freeBits, { min: 0 });
  if (freeBits === 0 || prior.divergenceFrom !== undefined) return;
  throw gmError('GM_OPTION', {
    where,
    expected: 'a prior whose divergence has a closed form, for freeBits',
    received: 'one without divergenceFrom()',
    remedy: 'Leave freeBits out, or take standardNormal().',
  });
}
