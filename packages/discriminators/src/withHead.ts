import { checkNumber, type Random } from '@gm/core';
import { dense, flatten, sequential } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/**
 * The same body under another head: a trained discriminator becomes a classifier.
 *
 * Both share the body's variables, so training one trains the other, and disposing of either frees the body: dispose of the last one
 * in use, and of the other's `head` alone.
 *
 * @param classes  logits [batch, classes]; 1 for a yes-or-no question with logits [batch]
 * @throws GM_OPTION when classes is not a positive whole number
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with DCGANs, section 5.1, arXiv:1511.06434
 * @example withHead(trained, { classes: 10, random: seeded(1) })
 */
export function withHead(
  { body }: Pick<FeatureNetwork, 'body'>,
  { classes, random }: { readonly classes: number; readonly random: Random },
): FeatureNetwork {
  checkNumber('withHead', 'classes', classes, { min: 1, integer: true });
  return discriminator({ body, head: sequential(body.output, flatten(), dense({ units: classes, random })) });
}
