import { checkNumber, type Network, type Random, type Spec, spec } from '@gm/core';
import { batchNorm, conv2dTranspose, dense, normalInit, relu, reshape, sequential } from '@gm/networks';
import { endingIn, giving, imageSizes, smallest } from './ending.js';

/** Options of `dcganGenerator`. */
export interface DcganGeneratorOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** What one image is, [height, width, channels], both sides multiples of 4; its range decides the last activation. */
  readonly output: Spec;
  /** Channels at half the final size; twice as many at a quarter of it. Default 64. */
  readonly channels?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * The generator of DCGAN, for images whose sides are multiples of 4.
 *
 *   dense → reshape [h/4, w/4, 2c] → batchNorm → relu → transposed conv 4×4, stride 2 [h/2, w/2, c] → batchNorm → relu
 *   → transposed conv 4×4, stride 2 → tanh for [−1, 1], sigmoid for [0, 1], nothing otherwise
 *
 * Kernels start from N(0, 0.02²).
 *
 * @returns a network from [latent] to `output`
 * @throws GM_OPTION, GM_SHAPE when a side is no multiple of 4, GM_RANGE when no activation gives the range
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with DCGANs, sections 3 and 4, arXiv:1511.06434
 * @example dcganGenerator({ latent: 64, output: spec([28, 28, 1], [-1, 1]), random: seeded(1) })
 */
export function dcganGenerator({ latent, output, channels = 64, random }: DcganGeneratorOptions): Network {
  checkNumber('dcganGenerator', 'latent', latent, { min: 1, integer: true });
  checkNumber('dcganGenerator', 'channels', channels, { min: 1, integer: true });
  const [height, width, depth] = imageSizes('dcganGenerator', output);
  const [startHeight, startWidth] = smallest('dcganGenerator', [height, width], 2) as [number, number];
  const ending = endingIn('dcganGenerator', output.range);
  const kernel = normalInit(0.02);
  const enlarge = { kernelSize: 4, strides: 2, random, kernel };
  return giving(
    output,
    sequential(
      spec([latent]),
      dense({ units: startHeight * startWidth * 2 * channels, random, kernel }),
      reshape([startHeight, startWidth, 2 * channels]),
      batchNorm(),
      relu(),
      conv2dTranspose({ ...enlarge, filters: channels, bias: false }), // [batch, h/2, w/2, c]
      batchNorm(),
      relu(),
      conv2dTranspose({ ...enlarge, filters: depth }), // [batch, h, w, channels]
      ...ending,
    ),
  );
}
