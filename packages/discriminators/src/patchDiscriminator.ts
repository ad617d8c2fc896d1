import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import {
  batchNorm,
  conditionBy,
  conv2d,
  globalAverage,
  type KernelNorm,
  leakyRelu,
  normalInit,
  sequential,
} from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `patchDiscriminator`. */
export interface PatchDiscriminatorOptions {
  /** What one image is: [height, width, channels], of any size. */
  readonly input: Spec;
  /** Filters of the first convolution; each further one has twice as many, up to eight times. Default 64. */
  readonly channels?: number;
  /** How many convolutions halve the image: 1, 2 or 3 of them judge patches of 16, 34 or 70 pixels. Default 2. */
  readonly halvings?: number;
  /** Makes the normalisation after every convolution but the first, or 'none'. Default `batchNorm`; under a gradient penalty 'none'. */
  readonly norm?: (() => Layer) | 'none';
  /** Keeps the kernels in scale: `spectralNorm()`, usually with norm 'none'. Default: none does. */
  readonly kernelNorm?: KernelNorm;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * A discriminator that judges each patch of an image by itself and answers with the mean: it looks at texture, of images of any size.
 *
 *   body: (conv 4 × 4, stride 2 → norm → leaky relu 0.2) for each halving → conv 4 × 4 → norm → leaky relu 0.2
 *   head: conv 4 × 4, one logit of each patch → their mean
 *
 * There is no norm after the first convolution. Kernels start from N(0, 0.02²), biases at zero.
 *
 * @returns a discriminator with logits [batch] and features [batch, height / 2ʰ, width / 2ʰ, filters], rounded up
 * @throws GM_OPTION when `channels` or `halvings` is not a positive whole number; GM_FIT when the input is no image
 * @see Isola, Zhu, Zhou & Efros (2017), Image-to-Image Translation with Conditional Adversarial Networks, section 3.2.2 and appendix,
 *   arXiv:1611.07004
 * @example patchDiscriminator({ input: spec([64, 64, 3], [-1, 1]), random: seeded(1) })
 */
export function patchDiscriminator(options: PatchDiscriminatorOptions): FeatureNetwork {
  const { input, channels = 64, halvings = 2, norm = batchNorm, kernelNorm, classes, random } = options;
  checkNumber('patchDiscriminator', 'channels', channels, { min: 1, integer: true });
  checkNumber('patchDiscriminator', 'halvings', halvings, { min: 1, integer: true });
  const shared = { kernelSize: 4, kernel: normalInit(0.02), random, ...(kernelNorm && { kernelNorm }) };
  const step = (index: number) => {
    const [filters, strides] = [channels * Math.min(8, 2 ** index), index < halvings ? 2 : 1];
    const bare = norm === 'none' || index === 0;
    const normed = bare ? [] : [norm()];
    return [conv2d({ ...shared, filters, strides, bias: bare }), ...normed, leakyRelu()];
  };
  const layers = Array.from({ length: halvings + 1 }, (_, index) => step(index)).flat();
  const body = sequential(input, ...conditionBy(classes), ...layers);
  const head = sequential(body.output, conv2d({ ...shared, filters: 1 }), globalAverage());
  return discriminator({ body, head, name: 'patchDiscriminator' });
}
