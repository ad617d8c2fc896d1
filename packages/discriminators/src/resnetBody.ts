import { checkNumber, gmError, type Layer, type Random, type Spec } from '@gm/core';
import {
  conv2d,
  globalAverage,
  heNormal,
  type KernelNorm,
  parallel,
  relu,
  type Sequential,
  sequential,
} from '@gm/networks';

/** What a small residual network is made of. */
export interface ResnetOptions {
  /** What one image is: [height, width, channels], of any size. */
  readonly input: Spec;
  /** Filters of each block; each halves height and width, rounding up. Default [32, 64, 128]. */
  readonly channels?: readonly number[];
  /** Makes the normalisation before each rectifier, or 'none'. Default 'none'; a classifier without penalty gains by `batchNorm`. */
  readonly norm?: (() => Layer) | 'none';
  /** Keeps the kernels in scale: `spectralNorm()`. Default: none does. */
  readonly kernelNorm?: KernelNorm;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * Images to features [last of `channels`]: the first convolution, the blocks, and the mean over all places.
 *
 *   conv 3 × 3 → (x ↦ conv 1 × 1, stride 2 (x) + conv 3 × 3 (relu (conv 3 × 3, stride 2 (relu (x))))) for each block → relu → mean
 */
export function resnetBody(where: string, options: ResnetOptions): Sequential {
  const { input, channels = [32, 64, 128], norm = 'none', kernelNorm, random } = options;
  checkBlocks(where, channels);
  const conv = (filters: number, kernelSize: number, strides = 1) =>
    conv2d({ filters, kernelSize, strides, kernel: heNormal, random, ...(kernelNorm && { kernelNorm }) });
  const active = () => (norm === 'none' ? [relu()] : [norm(), relu()]);
  const block = (filters: number) =>
    parallel([conv(filters, 1, 2)], [...active(), conv(filters, 3, 2), ...active(), conv(filters, 3)]);
  return sequential(input, conv(channels[0]!, 3), ...channels.map(block), ...active(), globalAverage());
}

function checkBlocks(where: string, channels: readonly number[]): void {
  for (const filters of channels) checkNumber(where, 'channels', filters, { min: 1, integer: true });
  if (channels.length > 0) return;
  throw gmError('GM_OPTION', {
    where,
    expected: 'channels of one block or more',
    received: 'none',
    remedy: 'Give [32, 64, 128], for instance.',
  });
}
