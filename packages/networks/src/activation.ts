import { checkNumber, type Layer, type Range, spec } from '@gm/core';
import {
  add,
  Elu,
  Erf,
  erf,
  LeakyRelu,
  mul,
  Selu,
  Softmax,
  Softplus,
  type Tensor,
  elu as tfElu,
  leakyRelu as tfLeakyRelu,
  relu as tfRelu,
  selu as tfSelu,
  sigmoid as tfSigmoid,
  softmax as tfSoftmax,
  softplus as tfSoftplus,
  tanh as tfTanh,
} from '@tensorflow/tfjs-core';
import { checkFloat, lastAxis } from './input.js';
import { network } from './network.js';

/**
 * Rectifier.
 *
 *   y = max(0, x)
 *
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_FIT when the input is not float32 (as all activations)
 * @see Nair & Hinton (2010), Rectified linear units improve restricted Boltzmann machines
 * @example sequential(spec([784]), dense({ units: 400, random }), relu())
 */
export function relu(): Layer {
  return pointwise('relu', 'unbounded', tfRelu);
}

/**
 * Rectifier that lets a little of the negative side through.
 *
 *   y = x for x > 0, slope · x otherwise
 *
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_OPTION when `slope` is negative
 * @see Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models
 * @example sequential(spec([784]), dense({ units: 400, random }), leakyRelu({ slope: 0.2 }))
 */
export function leakyRelu({ slope = 0.2 }: { readonly slope?: number } = {}): Layer {
  checkNumber('leakyRelu', 'slope', slope, { min: 0 });
  return pointwise('leakyRelu', 'unbounded', (x) => tfLeakyRelu(x, slope), [LeakyRelu]);
}

/**
 * Exponential linear unit.
 *
 *   y = x for x > 0, eˣ − 1 otherwise
 *
 * @returns a layer of unchanged shape, unbounded
 * @see Clevert, Unterthiner & Hochreiter (2016), Fast and accurate deep network learning by ELUs, arXiv:1511.07289
 * @example sequential(spec([784]), dense({ units: 400, random }), elu())
 */
export function elu(): Layer {
  return pointwise('elu', 'unbounded', tfElu, [Elu]);
}

/**
 * Scaled exponential linear unit, which draws activations towards mean 0 and variance 1.
 *
 *   y = λ x for x > 0, λ α (eˣ − 1) otherwise, λ ≈ 1.0507, α ≈ 1.6733
 *
 * @returns a layer of unchanged shape, unbounded
 * @see Klambauer, Unterthiner, Mayr & Hochreiter (2017), Self-normalizing neural networks, arXiv:1706.02515
 * @example sequential(spec([784]), dense({ units: 400, random }), selu())
 */
export function selu(): Layer {
  return pointwise('selu', 'unbounded', tfSelu, [Selu]);
}

/**
 * Hyperbolic tangent.
 *
 *   y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
 *
 * @returns a layer of unchanged shape, in [−1, 1]
 * @example sequential(spec([100]), dense({ units: 784, random }), tanh())
 */
export function tanh(): Layer {
  return pointwise('tanh', [-1, 1], tfTanh);
}

/**
 * Logistic function: logits to probabilities.
 *
 *   y = 1 / (1 + e⁻ˣ)
 *
 * @returns a layer of unchanged shape, in [0, 1]
 * @example sequential(spec([20]), dense({ units: 784, random }), sigmoid())
 */
export function sigmoid(): Layer {
  return pointwise('sigmoid', [0, 1], tfSigmoid);
}

/**
 * Smooth rectifier.
 *
 *   y = log(1 + eˣ)
 *
 * @returns a layer of unchanged shape, unbounded
 * @see Dugas et al. (2001), Incorporating second-order functional knowledge for better option pricing
 * @example sequential(spec([784]), dense({ units: 400, random }), softplus())
 */
export function softplus(): Layer {
  return pointwise('softplus', 'unbounded', tfSoftplus, [Softplus]);
}

/**
 * Swish, also known as SiLU.
 *
 *   y = x / (1 + e⁻ˣ)
 *
 * @returns a layer of unchanged shape, unbounded
 * @see Ramachandran, Zoph & Le (2017), Searching for activation functions, arXiv:1710.05941
 * @example sequential(spec([784]), dense({ units: 400, random }), swish())
 */
export function swish(): Layer {
  return pointwise('swish', 'unbounded', (x) => mul(x, tfSigmoid(x)));
}

/**
 * Gaussian error linear unit, the exact one.
 *
 *   y = x Φ(x) = ½ x (1 + erf(x / √2))
 *
 * @returns a layer of unchanged shape, unbounded
 * @see Hendrycks & Gimpel (2016), Gaussian error linear units, arXiv:1606.08415
 * @example sequential(spec([784]), dense({ units: 400, random }), gelu())
 */
export function gelu(): Layer {
  return pointwise('gelu', 'unbounded', (x) => mul(mul(x, 0.5), add(1, erf(mul(x, Math.SQRT1_2)))), [Erf]);
}

/**
 * Probabilities over the last axis: logits to one number for each class, of sum 1.
 *
 *   yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)
 *
 * @returns a layer of unchanged shape, in [0, 1]
 * @example sequential(spec([784]), dense({ units: 10, random }), softmax())
 */
export function softmax(): Layer {
  const layer = pointwise('softmax', [0, 1], (x) => tfSoftmax(x), [Softmax]);
  return (input) => {
    lastAxis('softmax', input);
    return layer(input);
  };
}

function pointwise(name: string, range: Range, apply: (x: Tensor) => Tensor, kernels: readonly string[] = []): Layer {
  return (input) => {
    checkFloat(name, input);
    return network({ name, input, output: spec(input.shape, range), kernels, apply });
  };
}
