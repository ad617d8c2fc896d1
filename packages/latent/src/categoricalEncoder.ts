import { type CategoricalPosterior, checkNumber, type Encoder, gmError, type Network, showSpec } from '@gm/core';
import type { GumbelSoftmaxOptions } from '@gm/ops';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import { type CategoricalSizes, categorical } from './categorical.js';
import { membersOf } from './membersOf.js';

/** A network x → [variables · categories] that is read as logits of q(z | x). */
export interface CategoricalEncoder extends Network, Encoder<CategoricalPosterior> {
  /** How many numbers one code has: variables · categories. */
  readonly latent: number;
  readonly categories: number;
}

/** Options of `categoricalEncoder`. */
export interface CategoricalEncoderOptions extends CategoricalSizes, GumbelSoftmaxOptions {}

/**
 * Any network as an encoder to categorical codes: its numbers are the logits of each variable, one variable after the other.
 *
 *   q(z | x) = Πᵥ softmax(lᵥ(x)),   l(x) = network(x)
 *
 * In training, draws are as soft as `temperature` and `hard` say; outside training always one-hot. The logits of a posterior that
 * `encode` gives belong to the caller. The encoder owns the network: its `dispose()` is the network's.
 *
 * @param network      gives [variables · categories] for each example
 * @param temperature  τ > 0 of Gumbel-softmax, default 1; the paper anneals it from 1 to ½
 * @param hard         whether draws in training are one-hot, with the gradients of the soft numbers; default true
 * @throws GM_FIT when the network gives anything else; GM_OPTION when a size or the temperature is outside its limits
 * @see Jang, Gu & Poole (2017), Categorical Reparameterization with Gumbel-Softmax, arXiv:1611.01144
 * @example categoricalEncoder(sequential(spec([784]), dense({ units: 200, random })), { variables: 20, categories: 10 })
 */
export function categoricalEncoder(network: Network, options: CategoricalEncoderOptions): CategoricalEncoder {
  const { variables, categories, temperature = 1, hard = true } = options;
  checkNumber('categoricalEncoder', 'variables', variables, { min: 1, integer: true });
  checkNumber('categoricalEncoder', 'categories', categories, { min: 2, integer: true });
  checkNumber('categoricalEncoder', 'temperature', temperature, { min: 0, exclusive: true });
  checkGives(network, variables * categories);
  return {
    ...membersOf(network),
    latent: variables * categories,
    categories,
    encode(x, applying = {}) {
      const logits = tidy(() => reshape(network.apply(x, applying), [-1, variables, categories]));
      return categorical(logits, { temperature, hard: hard || !applying.training });
    },
  };
}

function checkGives(network: Network, size: number): void {
  const { shape } = network.output;
  if (shape.length === 1 && shape[0] === size) return;
  throw gmError('GM_FIT', {
    where: 'categoricalEncoder',
    expected: `a network that gives [variables · categories] = [${size}] numbers`,
    received: showSpec(network.output),
    remedy: `End it in dense({ units: ${size} }).`,
  });
}
