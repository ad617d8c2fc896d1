import { checkFits, checkNumber, type Optimizer, type Passage, type Recurrent } from '@gm/core';
import { softmaxCrossEntropy } from '@gm/losses';
import { type NamedNetwork, network } from '@gm/networks';
import { div, mean, tidy, variable } from '@tensorflow/tfjs-core';
import { assignCopy } from '../averages.js';
import { checkUntold } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';

export interface LanguageModelParts {
  /** From symbols to the logits of each next one, such as `recurrentGenerator`. */
  readonly generator: Recurrent;
  /** How many rows the batches have: the state of each is carried from step to step, and is part of a checkpoint. */
  readonly batchSize: number;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
}

/**
 * Language model: a game of one, by truncated back-propagation through time. Each batch goes on where the one before it ended; the
 * state is carried over, its gradient is not.
 *
 *   minimise −1/T Σₜ log p(xₜ₊₁ | x₍≤ₜ₎)
 *
 * Reports `loss` in nats and `bits`, both per symbol. Limit gradients with `clipNorm` of the trainer.
 *
 * @throws GM_OPTION when batchSize is not a positive whole number; GM_FIT when the generator does not give logits
 * @see Graves (2013), Generating Sequences With Recurrent Neural Networks, section 2, arXiv:1308.0850
 * @see Williams & Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network trajectories
 * @example trainer(languageModel({ generator, batchSize: 32 }), { clipNorm: 1 })
 */
export function languageModel({ generator, batchSize, optimizer = adam() }: LanguageModelParts): Game<Passage> {
  checkNumber('languageModel', 'batchSize', batchSize, { min: 1, integer: true });
  const { input, output } = generator;
  checkFits({ name: 'generator', spec: output }, { name: 'softmaxCrossEntropy', spec: { ...output, range: 'logits' } });
  checkUntold('languageModel', { generator });
  const state = carriedState(generator, batchSize);
  return {
    input,
    classes: output.shape.at(-1)!,
    needs: ['next', 'first'],
    batchSize,
    players: [
      {
        name: 'generator',
        networks: { generator, state },
        optimizer,
        loss({ x, next, first }, _, { random }) {
          const [batch, steps] = x.shape as [number, number];
          const places = Object.values(state.buffers);
          const before = first ? generator.start(batch) : places;
          const { y: logits, state: after } = generator.advance(x, before, { training: true, random });
          for (const [index, place] of places.entries()) assignCopy(place, after[index]!);
          const nats = mean(div(softmaxCrossEntropy(next, logits), steps)); // per symbol
          return { loss: nats, bits: div(nats, Math.LN2) };
        },
      },
    ],
  };
}

/** Where the state waits between steps: buffers, so that checkpoints have it, of a network that computes nothing. */
function carriedState(generator: Recurrent, batchSize: number): NamedNetwork {
  const { input } = generator;
  const places = tidy(() => generator.start(batchSize).map((zero) => variable(zero, false)));
  return network({
    name: 'state',
    input,
    output: input,
    buffers: Object.fromEntries(places.entries()),
    apply: (x) => x,
  });
}
