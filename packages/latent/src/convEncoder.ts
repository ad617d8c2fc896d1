import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import { conditionBy, conv2d, dense, flatten, relu, sequential } from '@gm/networks';
import { type GaussianEncoder, gaussianEncoder } from './encoder.js';

/** Options of `convEncoder`. */
export interface ConvEncoderOptions {
  /** What one image is: [height, width, channels]. */
  readonly input: Spec;
  /** Filters of each convolution; each halves height and width, rounding up. Default [32, 64]. */
  readonly channels?: readonly number[];
  /** Default 3. */
  readonly kernelSize?: number;
  /** How many numbers one code has. */
  readonly latent: number;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer after each convolution. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * Strided convolutions x → q(z | x), without pooling, so that second derivatives exist.
 *
 *   (conv, stride 2 → activation) for each of `channels` → flatten → dense [μ, log σ²]
 *
 * Kernels start Glorot-uniform, biases at zero, so that σ² starts around 1.
 *
 * @returns an encoder of images to codes [latent]
 * @throws GM_OPTION when a size is not a positive whole number; GM_FIT when the input is no image
 * @see Springenberg et al. (2015), Striving for Simplicity: The All Convolutional Net, arXiv:1412.6806; Glorot & Bengio (2010)
 * @example convEncoder({ input: spec([28, 28, 1], [0, 1]), latent: 20, random: seeded(1) })
 */
export function convEncoder(options: ConvEncoderOptions): GaussianEncoder {
  const { input, channels = [32, 64], kernelSize = 3, latent, classes, random, activation = relu } = options;
  checkNumber('convEncoder', 'latent', latent, { min: 1, integer: true });
  const layers = channels.flatMap((filters) => [conv2d({ filters, kernelSize, strides: 2, random }), activation()]);
  return gaussianEncoder(
    sequential(input, ...conditionBy(classes), ...layers, flatten(), dense({ units: 2 * latent, random })),
  );
}
