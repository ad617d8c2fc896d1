import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import {
  batchNorm,
  conditionBy,
  conv2d,
  dense,
  flatten,
  type KernelNorm,
  leakyRelu,
  normalInit,
  sequential,
} from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `dcganDiscriminator`. */
export interface DcganDiscriminatorOptions {
  /** What one image is: [height, width, channels], of any size. */
  readonly input: Spec;
  /** Filters of the first convolution; each further one has twice as many. Default 64. */
  readonly channels?: number;
  /**
   * Makes the normalisation after every convolution but the first, or 'none'. Default `batchNorm`, as in the paper. Under a gradient
   * penalty take 'none' or `layerNorm`: in training a batch norm mixes the examples that the penalty wants apart.
   */
  readonly norm?: (() => Layer) | 'none';
  /** Keeps the kernels in scale: `spectralNorm()`, usually with norm 'none'. Default: none does. */
  readonly kernelNorm?: KernelNorm;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * The discriminator of DCGAN.
 *
 *   body: conv 4 × 4, stride 2 → leaky relu 0.2 → (conv 4 × 4, stride 2 → norm → leaky relu 0.2) n − 1 times → flatten
 *   head: dense, one logit of being real
 *
 * Images shrink to about 4 × 4: n = 2 for 28 × 28, 3 for 32 × 32, 4 for 64 × 64 (the paper's). Kernels start from N(0, 0.02²), biases at
 * zero; convolutions before a norm have no bias, for its offset is one.
 *
 * @returns a discriminator with logits [batch] and features [batch, height / 2ⁿ · width / 2ⁿ · channels · 2ⁿ⁻¹], rounded up
 * @throws GM_OPTION when `channels` is not a positive whole number; GM_FIT when the input is no image
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks,
 *   sections 3 and 4, arXiv:1511.06434
 * @example dcganDiscriminator({ input: spec([28, 28, 1], [-1, 1]), random: seeded(1) })
 */
export function dcganDiscriminator(options: DcganDiscriminatorOptions): FeatureNetwork {
  const { input, channels = 64, norm = batchNorm, kernelNorm, classes, random } = options;
  checkNumber('dcganDiscriminator', 'channels', channels, { min: 1, integer: true });
  const shared = { kernel: normalInit(0.02), random, ...(kernelNorm && { kernelNorm }) };
  const halve = (filters: number, bias: boolean) => conv2d({ ...shared, filters, kernelSize: 4, strides: 2, bias });
  const further = Array.from({ length: halvingsOf(input) - 1 }, (_, step) => channels * 2 ** (step + 1));
  const layers = further.flatMap((filters) =>
    norm === 'none' ? [halve(filters, true), leakyRelu()] : [halve(filters, false), norm(), leakyRelu()],
  );
  const body = sequential(input, ...conditionBy(classes), halve(channels, true), leakyRelu(), ...layers, flatten());
  return discriminator({ body, head: dense({ units: 1, ...shared }), name: 'dcganDiscriminator' });
}

/** Until the shorter side is below 8; twice at least. */
function halvingsOf({ shape: [height = 1, width = 1] }: Spec): number {
  return Math.max(2, Math.floor(Math.log2(Math.min(height, width) / 4)));
}
