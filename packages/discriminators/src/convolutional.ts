import { checkNumber, type Layer, type Random, type Spec } from '@gm/core';
import { conv2d, dense, flatten, leakyRelu, normalInit, relu, sequential } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `dcganDiscriminator`. */
export interface DcganDiscriminatorOptions {
  /** What one image is: [height, width, channels]. */
  readonly input: Spec;
  /** Channels after the first convolution; twice as many after the second. Default 64. */
  readonly channels?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /**
   * Makes the normalisation after the second convolution, `batchNorm` as in the paper for instance. None by default: examples stay
   * independent of each other, which gradient penalties rely on.
   */
  readonly norm?: () => Layer;
}

/**
 * The discriminator of DCGAN.
 *
 *   conv 4×4, stride 2 [c] → leakyRelu 0.2 → conv 4×4, stride 2 [2c] → norm → leakyRelu 0.2 → flatten → dense [1]
 *
 * Kernels start from N(0, 0.02²).
 *
 * @returns logits [batch]; features: the flattened last convolution
 * @throws GM_OPTION when channels is not a positive whole number; GM_FIT when the input is no image
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with DCGANs, sections 3 and 4, arXiv:1511.06434
 * @example dcganDiscriminator({ input: spec([28, 28, 1], [-1, 1]), random: seeded(1) })
 */
export function dcganDiscriminator({ input, channels = 64, random, norm }: DcganDiscriminatorOptions): FeatureNetwork {
  checkNumber('dcganDiscriminator', 'channels', channels, { min: 1, integer: true });
  const kernel = normalInit(0.02);
  const halve = { kernelSize: 4, strides: 2, random, kernel };
  const body = sequential(
    input,
    conv2d({ ...halve, filters: channels }),
    leakyRelu({ slope: 0.2 }),
    conv2d({ ...halve, filters: 2 * channels }),
    ...(norm ? [norm()] : []),
    leakyRelu({ slope: 0.2 }),
    flatten(),
  );
  return discriminator({ body, head: dense({ units: 1, random, kernel }) });
}

/** Options of `convClassifier`. */
export interface ConvClassifierOptions {
  /** What one image is: [height, width, channels]. */
  readonly input: Spec;
  /** How many classes, at least 2. */
  readonly classes: number;
  /** Filters of each 5×5 convolution; each halves height and width, rounding up. Default [16, 32]. */
  readonly channels?: readonly number[];
  /** Units of the hidden layer behind the convolutions. Default 128. */
  readonly hidden?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * A small classifier of images: strides in place of pooling.
 *
 *   (conv 5×5, stride 2 → relu) for each of `channels` → flatten → dense [hidden] → relu → dense [classes]
 *
 * @returns logits [batch, classes]; features: the hidden layer
 * @throws GM_OPTION when a size is not a positive whole number; GM_FIT when the input is no image
 * @see Springenberg et al. (2015), Striving for Simplicity: The All Convolutional Net, arXiv:1412.6806
 * @example convClassifier({ input: spec([28, 28, 1], [0, 1]), classes: 10, random: seeded(1) })
 */
export function convClassifier(options: ConvClassifierOptions): FeatureNetwork {
  const { input, classes, channels = [16, 32], hidden = 128, random } = options;
  checkNumber('convClassifier', 'classes', classes, { min: 2, integer: true });
  const layers = channels.flatMap((filters) => [conv2d({ filters, kernelSize: 5, strides: 2, random }), relu()]);
  const body = sequential(input, ...layers, flatten(), dense({ units: hidden, random }), relu());
  return discriminator({ body, head: dense({ units: classes, random }) });
}
