import { checkNumber, type Network, type Random, type Recurrent, spec } from '@gm/core';
import { dense, network, sequential, tanh } from '@gm/networks';
import { dispose, split, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** A recurrent generator that a code sets off: p(x | z). */
export interface CodedGenerator {
  readonly generator: Recurrent;
  /** z → every place of the first state, side by side. */
  readonly initial: Network;
  /** The state that the codes z [batch, latent] set off from; for `advance` of the generator, and `sampleSymbols`. */
  startFrom(z: Tensor): Tensor[];
  dispose(): void;
}

/** Options of `codedGenerator`. */
export interface CodedGeneratorOptions {
  /** Gives the logits of each next symbol, such as `recurrentGenerator`. It is the result's from here on. */
  readonly generator: Recurrent;
  /** How many numbers one code has. */
  readonly latent: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * A recurrent generator whose first state is made of a code.
 *
 *   p(x | z) = Πₜ p(xₜ | x₍<ₜ₎, z),   h₀ = tanh(W z + b)
 *
 * It is trained by `sequenceVae()` of @gm/trainers, and sampled by `sampleSymbols(coded.generator, { state: coded.startFrom(z), … })`.
 *
 * @throws GM_OPTION when `latent` is not a positive whole number
 * @see Bowman et al. (2016), Generating Sentences from a Continuous Space, section 2.2, arXiv:1511.06349
 * @example codedGenerator({ generator: recurrentGenerator({ vocabulary: 28, time: 20, hidden: [64], random }), latent: 8, random })
 */
export function codedGenerator({ generator, latent, random }: CodedGeneratorOptions): CodedGenerator {
  checkNumber('codedGenerator', 'latent', latent, { min: 1, integer: true });
  const sizes = stateSizes(generator);
  const units = sizes.reduce((total, size) => total + size, 0);
  const initial = network({
    ...sequential(spec([latent]), dense({ units, random }), tanh()),
    name: 'codedGenerator',
  });
  return {
    generator,
    initial,
    startFrom: (z) =>
      tidy(() => {
        const states = initial.apply(z);
        return sizes.length === 1 ? [states] : split(states, sizes, 1); // tfjs has no gradient of a split into one piece
      }),
    dispose() {
      generator.dispose();
      initial.dispose();
    },
  };
}

/** How many numbers each place of the state has. */
function stateSizes(generator: Recurrent): number[] {
  const state = generator.start(1);
  const sizes = state.map(({ size }) => size);
  dispose(state);
  return sizes;
}
