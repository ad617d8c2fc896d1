import { checkNumber, type Layer, type Network, type Random, type Spec, spec } from '@gm/core';
import { conv2dTranspose, dense, relu, reshape, sequential } from '@gm/networks';
import { endingIn, giving, imageSizes, smallest } from './ending.js';

/** Options of `convDecoder`. */
export interface ConvDecoderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** What one image is, [height, width, channels]; its range decides the last activation. */
  readonly output: Spec;
  /** Channels before each doubling of height and width. Default [64, 32]: two doublings. */
  readonly channels?: readonly number[];
  /** Default 3. */
  readonly kernelSize?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer before each transposed convolution. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * Transposed convolutions z → x, without batch normalisation: the decoder of a VAE.
 *
 *   dense → reshape → (activation → transposed conv, stride 2) for each of `channels` → sigmoid, tanh or nothing by range
 *
 * @returns a network from [latent] to `output`
 * @throws GM_OPTION when a size is not a positive whole number; GM_SHAPE when height or width is no multiple of
 *   2 to the number of `channels`; GM_RANGE when no activation gives the range
 * @see Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285
 * @example convDecoder({ latent: 20, output: spec([28, 28, 1], 'logits'), random: seeded(1) })
 */
export function convDecoder(options: ConvDecoderOptions): Network {
  const { latent, output, channels = [64, 32], kernelSize = 3, random, activation = relu } = options;
  checkNumber('convDecoder', 'latent', latent, { min: 1, integer: true });
  const [height, width, depth] = imageSizes('convDecoder', output);
  const start = [...smallest('convDecoder', [height, width], channels.length), channels[0] ?? depth];
  const ending = endingIn('convDecoder', output.range);
  const doublings = channels.flatMap((_, index) => [
    activation(),
    conv2dTranspose({ filters: channels[index + 1] ?? depth, kernelSize, strides: 2, random }),
  ]);
  const units = start.reduce((product, size) => product * size);
  return giving(output, sequential(spec([latent]), dense({ units, random }), reshape(start), ...doublings, ...ending));
}
