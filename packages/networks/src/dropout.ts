import { checkNumber, gmError, type Layer, type Random, spec } from '@gm/core';
import { cast, greaterEqual, mul, type Tensor } from '@tensorflow/tfjs-core';
import { checkFloat } from './input.js';
import { network } from './network.js';

/**
 * In training, silences each number with probability `rate` and makes up for it in the others; otherwise does nothing.
 *
 *   y = x · m / (1 − rate), m ~ Bernoulli(1 − rate)
 *
 * The mask is drawn from `random` of the options of `apply`.
 *
 * @param rate  in [0, 1)
 * @returns a layer of unchanged shape, unbounded (of unchanged range when `rate` is 0)
 * @throws GM_OPTION when `rate` is outside [0, 1); GM_FIT when the input is not float32
 * @throws GM_RANDOM from `apply` in training without `random`
 * @see Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting
 * @example sequential(spec([784]), dense({ units: 400, random }), relu(), dropout({ rate: 0.3 }))
 */
export function dropout({ rate }: { readonly rate: number }): Layer {
  checkNumber('dropout', 'rate', rate, { min: 0, max: 1 - Number.EPSILON });
  return (input) => {
    checkFloat('dropout', input);
    return network({
      name: 'dropout',
      input,
      output: rate === 0 ? input : spec(input.shape),
      apply: (x, { training = false, random }) => (training && rate > 0 ? mul(x, mask(x, rate, random)) : x),
    });
  };
}

function mask({ shape }: Tensor, rate: number, random: Random | undefined): Tensor {
  if (!random) {
    throw gmError('GM_RANDOM', {
      where: 'dropout',
      expected: 'a stream to draw the mask from',
      received: 'none',
      remedy: 'Pass { training: true, random } to apply, or leave out training.',
    });
  }
  return mul(cast(greaterEqual(random.uniform(shape), rate), 'float32'), 1 / (1 - rate));
}
