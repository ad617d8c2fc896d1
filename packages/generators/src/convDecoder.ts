import { checkNumber, gmError, type Layer, type Network, type Random, type Spec, spec } from '@gm/core';
import { conditionBy, conv2dTranspose, dense, network, relu, reshape, sequential } from '@gm/networks';
import { ending } from './ending.js';
import { imageOf } from './output.js';

/** Options of `convDecoder`. */
export interface ConvDecoderOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** What one image is: [height, width, channels]; the last activation follows its range. */
  readonly output: Spec;
  /** Channels before each doubling of height and width, the smallest image first. Default [64, 32]. */
  readonly channels?: readonly number[];
  /** Default 4, which strides of 2 cover evenly. */
  readonly kernelSize?: number;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** Makes the layer between two others. Default `relu`. */
  readonly activation?: () => Layer;
}

/**
 * Transposed convolutions z → x without normalisation, so that no example looks at another: the decoder of a VAE.
 *
 *   dense → activation → reshape [height / 2ⁿ, width / 2ⁿ, channels₁] → (transposed conv, stride 2 → activation) n − 1 times
 *   → transposed conv, stride 2 → last activation
 *
 * with n the length of `channels`. The last activation is none for logits and unbounded numbers, tanh for [−1, 1], the sigmoid for
 * [0, 1], and the sigmoid stretched for any other interval. Kernels start Glorot-uniform, biases at zero.
 *
 * @returns a network [latent] → `output`
 * @throws GM_OPTION when a size is not a positive whole number or `channels` is empty; GM_DTYPE when the output is not float32;
 *   GM_SHAPE when it is no image, or height and width are not multiples of 2ⁿ
 * @see Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285; kernel sizes that strides
 *   divide: Odena, Dumoulin & Olah (2016), Deconvolution and checkerboard artifacts
 * @example convDecoder({ latent: 20, output: spec([28, 28, 1], 'logits'), random: seeded(1) })
 */
export function convDecoder(options: ConvDecoderOptions): Network {
  const { latent, output, channels = [64, 32], kernelSize = 4, classes, random, activation = relu } = options;
  checkNumber('convDecoder', 'latent', latent, { min: 1, integer: true });
  const first = firstOf(channels);
  const [height, width, colours] = imageOf('convDecoder', output, channels.length);
  const scale = 2 ** channels.length;
  const small = [height / scale, width / scale, first] as const;
  const double = (filters: number) => conv2dTranspose({ filters, kernelSize, strides: 2, random });
  const layers = [
    ...conditionBy(classes),
    dense({ units: small[0] * small[1] * first, random }),
    activation(),
    reshape(small),
    ...channels.slice(1).flatMap((filters) => [double(filters), activation()]),
    double(colours),
    ...ending(output.range),
  ];
  return network({ ...sequential(spec([latent]), ...layers), name: 'convDecoder', output });
}

function firstOf(channels: readonly number[]): number {
  for (const count of channels) checkNumber('convDecoder', 'each of channels', count, { min: 1, integer: true });
  if (channels[0] !== undefined) return channels[0];
  throw gmError('GM_OPTION', {
    where: 'convDecoder',
    expected: 'channels for at least one doubling',
    received: '[]',
    remedy: 'Give the channels of the smallest image first, [64, 32] for instance.',
  });
}
