import { dense, projection } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';
import { type ResnetOptions, resnetBody } from './resnetBody.js';

/** Options of `resnetDiscriminator`. */
export interface ResnetDiscriminatorOptions extends ResnetOptions {
  /** Makes it conditional, by `projection`: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
}

/**
 * A small residual network that tells real from generated.
 *
 *   body: conv 3 × 3 → (x ↦ conv 1 × 1, stride 2 (x) + conv 3 × 3 (relu (conv 3 × 3, stride 2 (relu (x))))) for each of `channels`
 *         → relu → mean over all places
 *   head: dense, one logit of being real; with classes, `projection`
 *
 * Strides instead of pooling, so that second derivatives exist. Kernels start He-normal, the head's Glorot-uniform, biases at zero.
 *
 * @returns a discriminator with logits [batch] and features [batch, last of `channels`]
 * @throws GM_OPTION when `channels` are no positive whole numbers; GM_FIT when the input is no image
 * @see He, Zhang, Ren & Sun (2016), Identity mappings in deep residual networks, arXiv:1603.05027; as a discriminator: Miyato et al.
 *   (2018), Spectral Normalization for Generative Adversarial Networks, appendix B.4, arXiv:1802.05957
 * @example resnetDiscriminator({ input: spec([32, 32, 3], [-1, 1]), kernelNorm: spectralNorm(), random: seeded(1) })
 */
export function resnetDiscriminator(options: ResnetDiscriminatorOptions): FeatureNetwork {
  const { classes, kernelNorm, random } = options;
  const body = resnetBody('resnetDiscriminator', options);
  const shared = { random, ...(kernelNorm && { kernelNorm }) };
  const head = classes === undefined ? dense({ units: 1, ...shared }) : projection({ classes, ...shared });
  return discriminator({ body, head, name: 'resnetDiscriminator' });
}
