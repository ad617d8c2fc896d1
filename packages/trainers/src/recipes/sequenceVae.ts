import {
  checkFits,
  checkNumber,
  type Encoder,
  type Examples,
  gmError,
  type Network,
  type Optimizer,
  type Prior,
  type Recurrent,
  type Spec,
  showSpec,
  sizeOf,
  spec,
} from '@gm/core';
import { elbo } from '@gm/losses';
import { softmaxCrossEntropyWithLogits } from '@gm/ops';
import {
  cast,
  concat,
  fill,
  less,
  mean,
  mul,
  neg,
  notEqual,
  slice,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { checkCodes, checkUntold } from '../fit.js';
import type { Game, Turn } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { rateAt, type Schedule } from '../schedule.js';
import { checkFloor, checkReach, divergenceOf, trainedOf } from './vae.js';

/** What a variational autoencoder of sequences is made of. */
export interface SequenceVaeParts {
  /** Reads symbols, int32 [time]: `recurrentEncoder` of @gm/latent. */
  readonly encoder: Network & Encoder;
  /** `codedGenerator` of @gm/generators. */
  readonly decoder: {
    readonly generator: Recurrent;
    readonly initial: Network;
    startFrom(z: Tensor): Tensor[];
  };
  readonly prior: Prior;
  /** The symbol that every sequence begins after. Default 0. */
  readonly start?: number;
  /** The symbol that fills up shorter sequences; it is not to be predicted. Default: the one that the encoder passes over, if any. */
  readonly padding?: number;
  /**
   * Share of the symbols that the generator is not told in training, in [0, 1]: it reads `start` in their places, and has to ask the
   * code. Default 0.25.
   */
  readonly stepDropout?: number;
  /** Weight of the divergence, or its warm-up: `linear({ from: 0, to: 1, steps })` keeps the code from being given up early. Default 1. */
  readonly beta?: number | Schedule;
  /** Nats per latent dimension that cost nothing, so that the code is worth its while. Default 0; needs a prior whose divergence has a closed form. */
  readonly freeBits?: number;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
}

/**
 * Variational autoencoder of sequences of symbols: a game of one.
 *
 *   maximise E_q[Σₜ log p(xₜ | x̃₍<ₜ₎, z)] − β KL(q(z | x) ‖ p(z)),   x̃: x with some symbols silenced
 *
 * Reports `loss`, `reconstruction` −Σₜ log p(xₜ | …) and `divergence`, in nats per sequence.
 *
 * @throws GM_FIT when the parts do not fit each other, or the encoder reads the padding; GM_OPTION when a symbol, `stepDropout`, `beta` or `freeBits` is outside its limits
 * @see Bowman et al. (2016), Generating Sentences from a Continuous Space, sections 2.2 and 3.1, arXiv:1511.06349; free bits: Kingma et al. (2016), Improving
 *   Variational Inference with Inverse Autoregressive Flow, arXiv:1606.04934
 * @example trainer(sequenceVae({ encoder, decoder, prior: standardNormal(8), beta: linear({ from: 0, to: 1, steps: 2000 }) }))
 */
export function sequenceVae(parts: SequenceVaeParts): Game<Examples> {
  const { encoder, decoder, prior, start = 0, stepDropout = 0.25, beta = 1, freeBits = 0 } = parts;
  const { optimizer = adam() } = parts;
  const { generator, initial } = decoder;
  if (typeof beta === 'number') checkNumber('sequenceVae', 'beta', beta, { min: 0 });
  checkFloor('sequenceVae', freeBits, prior);
  checkNumber('sequenceVae', 'stepDropout', stepDropout, { min: 0, max: 1 });
  const input = checkSequences(parts);
  checkSymbol('start', start, input);
  const { padding = input.padding } = parts;
  if (padding !== undefined) checkPadding(padding, input);
  return {
    input,
    players: [
      {
        name: 'autoencoder',
        networks: { encoder, generator, initial, ...trainedOf(prior) },
        optimizer,
        loss({ x }, _, { step, random }) {
          const options = { training: true, random };
          const posterior = encoder.encode(x, options);
          const z = posterior.sample(random);
          const told = silenced(begun(x, start), { start, share: stepDropout, random });
          const { y } = generator.advance(told, decoder.startFrom(z), options); // [batch, time, vocabulary]
          const nats = softmaxCrossEntropyWithLogits(x, y); // [batch, time]
          const counted = padding === undefined ? nats : mul(nats, cast(notEqual(x, padding), 'float32'));
          const logLikelihood = neg(sum(counted, 1));
          const divergence = divergenceOf(posterior, prior, z, freeBits);
          const bound = elbo({ logLikelihood, divergence, beta: rateAt(beta, step) });
          return { loss: neg(mean(bound)), reconstruction: neg(mean(logLikelihood)), divergence: mean(divergence) };
        },
      },
    ],
  };
}

/** What the generator hears before each symbol: [start, x₁, …, x_T₋₁]. */
function begun(x: Tensor, start: number): Tensor {
  const [batch, time] = x.shape as [number, number];
  const first = fill([batch, 1], start, 'int32');
  return time === 1 ? first : concat([first, slice(x, [0, 0], [batch, time - 1])], 1);
}

function silenced(
  told: Tensor,
  { start, share, random }: { start: number; share: number; random: Turn['random'] },
): Tensor {
  if (share === 0) return told;
  return where(less(random.uniform(told.shape), share), fill(told.shape, start, 'int32'), told);
}

function checkSequences({ encoder, decoder: { generator, initial }, prior }: SequenceVaeParts): Spec {
  checkUntold('sequenceVae', { encoder, generator, initial });
  checkCodes(encoder, prior);
  checkReach(prior);
  checkFits({ name: 'prior', spec: spec([sizeOf(prior.shape)]) }, { name: 'initial', spec: initial.input });
  const { shape, dtype, range } = encoder.input;
  checkFits({ name: 'encoder', spec: { shape, dtype, range } }, { name: 'generator', spec: generator.input });
  if (shape.length === 1 && dtype === 'int32') return encoder.input;
  throw gmError('GM_FIT', {
    where: 'sequenceVae',
    expected: 'an encoder of symbols, int32 [time]',
    received: showSpec(encoder.input),
    remedy: 'Take vae() with recurrentEncoder() and recurrentDecoder() for series of real numbers.',
  });
}

/** Passes when the encoder passes over the symbol that is not to be predicted. */
function checkPadding(padding: number, input: Spec): void {
  checkSymbol('padding', padding, input);
  checkFits({ name: 'sequenceVae', spec: { ...input, padding } }, { name: 'encoder', spec: input });
}

function checkSymbol(name: string, symbol: number, { range }: Spec): void {
  checkNumber('sequenceVae', name, symbol, { min: Number(range[0]), max: Number(range[1]), integer: true });
}
