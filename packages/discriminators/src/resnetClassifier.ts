import { checkNumber } from '@gm/core';
import { dense } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';
import { type ResnetOptions, resnetBody } from './resnetBody.js';

/** Options of `resnetClassifier`. */
export interface ResnetClassifierOptions extends ResnetOptions {
  /** At least 2. */
  readonly classes: number;
}

/**
 * A small residual network that tells classes: the body of `resnetDiscriminator` under a head of one logit for each class.
 *
 * @returns a discriminator with logits [batch, classes] and features [batch, last of `channels`]
 * @throws GM_OPTION when `channels` are no positive whole numbers, or there are fewer than 2 classes; GM_FIT when the input is no image
 * @see He, Zhang, Ren & Sun (2016), Identity mappings in deep residual networks, arXiv:1603.05027
 * @example resnetClassifier({ input: spec([28, 28, 1], [0, 1]), classes: 10, norm: batchNorm, random: seeded(1) })
 */
export function resnetClassifier(options: ResnetClassifierOptions): FeatureNetwork {
  const { classes, kernelNorm, random } = options;
  checkNumber('resnetClassifier', 'classes', classes, { min: 2, integer: true });
  const body = resnetBody('resnetClassifier', options);
  const head = dense({ units: classes, random, ...(kernelNorm && { kernelNorm }) });
  return discriminator({ body, head, name: 'resnetClassifier' });
}
