import { checkNumber, gmError, type Layer, spec } from '@gm/core';
import { gumbelSoftmax as drawn, type GumbelSoftmaxOptions } from '@gm/ops';
import { argMax, cast, div, oneHot, Softmax, softmax, type Tensor } from '@tensorflow/tfjs-core';
import { lastAxis } from './input.js';
import { network } from './network.js';

/**
 * Logits to drawn categories, so that a generator of symbols can be trained through what judges them.
 *
 *   in training, and wherever there is a `random`:  y ~ gumbelSoftmax(x, τ)
 *   without one:  the likeliest category; softmax(x / τ) where it is not `hard`
 *
 * The categories are drawn from `random` of the options of `apply`.
 *
 * @returns a layer of unchanged shape, in [0, 1]; each row of the last axis adds up to 1, and is one-hot with `hard`
 * @throws GM_OPTION when the temperature is not above 0; GM_FIT when the input is not float32, or has less than two categories
 * @throws GM_RANDOM from `apply` in training without `random`
 * @see Jang, Gu & Poole (2017), Categorical Reparameterization with Gumbel-Softmax, arXiv:1611.01144; for sequences: Kusner &
 *   Hernández-Lobato (2016), GANs for sequences of discrete elements with the Gumbel-softmax distribution, arXiv:1611.04051
 * @example sequential(spec([16]), dense({ units: 10, random }), gumbelSoftmax({ temperature: 0.5 }))
 */
export function gumbelSoftmax({ temperature = 1, hard = true }: GumbelSoftmaxOptions = {}): Layer {
  checkNumber('gumbelSoftmax', 'temperature', temperature, { min: 0, exclusive: true });
  return (input) => {
    const categories = lastAxis('gumbelSoftmax', input);
    if (categories < 2) throw single(categories);
    return network({
      name: 'gumbelSoftmax',
      input,
      output: spec(input.shape, [0, 1]),
      kernels: [Softmax],
      apply(x, { training = false, random }) {
        if (random) return drawn(x, random.uniform(x.shape), { temperature, hard });
        if (training) throw missing();
        return hard ? likeliest(x, categories) : softmax(div(x, temperature));
      },
    });
  };
}

function likeliest(x: Tensor, categories: number): Tensor {
  return cast(oneHot(argMax(x, -1), categories), 'float32');
}

function single(categories: number) {
  return gmError('GM_FIT', {
    where: 'gumbelSoftmax',
    expected: 'an input of two categories or more in its last axis',
    received: `${categories}`,
    remedy: 'Let the layer before it give a logit for each category.',
  });
}

function missing() {
  return gmError('GM_RANDOM', {
    where: 'gumbelSoftmax',
    expected: 'a stream to draw categories from',
    received: 'none',
    remedy: 'Pass { training: true, random } to apply, or leave out training.',
  });
}
