import { checkNumber, gmError, type Layer, type Random, spec } from '@gm/core';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { checkFloat } from './input.js';
import { network } from './network.js';

/**
 * In training, adds noise to each number; otherwise does nothing. In front of a discriminator it keeps real and generated examples from
 * being told apart too easily.
 *
 *   y = x + scale · ε,   ε ~ N(0, 1)
 *
 * The noise is drawn from `random` of the options of `apply`.
 *
 * @param scale  standard deviation, ≥ 0
 * @returns a layer of unchanged shape, unbounded (of unchanged range when `scale` is 0)
 * @throws GM_OPTION when `scale` is negative or not finite; GM_FIT when the input is not float32
 * @throws GM_RANDOM from `apply` in training without `random`
 * @see Salimans et al. (2016), Improved Techniques for Training GANs, arXiv:1606.03498, whose discriminators have it in every layer
 * @example sequential(spec([784]), gaussianNoise({ scale: 0.3 }), dense({ units: 400, random }), relu())
 */
export function gaussianNoise({ scale }: { readonly scale: number }): Layer {
  checkNumber('gaussianNoise', 'scale', scale, { min: 0 });
  return (input) => {
    checkFloat('gaussianNoise', input);
    return network({
      name: 'gaussianNoise',
      input,
      output: scale === 0 ? input : spec(input.shape),
      apply: (x, { training = false, random }) => (training && scale > 0 ? noisy(x, scale, random) : x),
    });
  };
}

function noisy(x: Tensor, scale: number, random: Random | undefined): Tensor {
  if (random) return add(x, mul(scale, random.normal(x.shape)));
  throw gmError('GM_RANDOM', {
    where: 'gaussianNoise',
    expected: 'a stream to draw the noise from',
    received: 'none',
    remedy: 'Pass { training: true, random } to apply, or leave out training.',
  });
}
