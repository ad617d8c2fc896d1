import { type ApplyOptions, checkTensor, gmError, type Network } from '@gm/core';
import { add, div, moments, mul, neg, sqrt, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Outputs that hardly differ from example to example keep their scale within reason. */
const LEAST_VARIANCE = 1e-6;

/**
 * Begins a weight-normalised layer with a batch: afterwards each of its outputs has mean 0 and variance 1 on it.
 *
 *   g ← g / σ,   b ← (b − μ) / σ,   μ, σ²: mean and variance of each output, over the batch and all places of an image
 *
 * A network begins with it layer after layer, each on what those before it make of the batch.
 *
 * @param layer    of `weightNorm()`, with a bias
 * @param x        the batch, [batch, …input]; more examples than one
 * @param options  how the layer is evaluated on it
 * @returns what the layer makes of the batch now, for the layer after it
 * @throws GM_OPTION when the layer has no gain or no bias; GM_SHAPE when the batch is not one of its input
 * @see Salimans & Kingma (2016), Weight Normalization, section 3, arXiv:1602.07868
 * @example const layer = dense({ units: 250, kernelNorm: weightNorm(), random })(spec([784]));
 *   const next = standardizeOutputs(layer, x); // what the layer after it begins with
 */
export function standardizeOutputs(layer: Network, x: Tensor, options: ApplyOptions = {}): Tensor {
  const { gain, bias } = { ...layer.buffers, ...layer.parameters };
  if (gain === undefined || bias === undefined) throw refusal(Object.keys({ ...layer.parameters, ...layer.buffers }));
  checkTensor('standardizeOutputs', 'x', x, layer.input);
  return tidy(() => {
    const before = layer.apply(x, options);
    const { mean, variance } = moments(
      before,
      before.shape.map((_, axis) => axis).filter((axis) => axis < before.rank - 1),
    );
    const scale = div(1, sqrt(add(variance, LEAST_VARIANCE))); // [outputs]
    gain.assign(mul(gain, scale));
    bias.assign(mul(add(bias, neg(mean)), scale));
    return layer.apply(x, options);
  });
}

function refusal(names: readonly string[]) {
  return gmError('GM_OPTION', {
    where: 'standardizeOutputs',
    expected: 'a layer with a gain and a bias',
    received: names.length === 0 ? 'one without parameters' : `one of ${names.join(', ')}`,
    remedy: 'Make it with { kernelNorm: weightNorm() } and a bias, and hand it over by itself, not inside a network.',
  });
}
