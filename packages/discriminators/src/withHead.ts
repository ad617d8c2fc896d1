import { checkNumber, type Random } from '@gm/core';
import { dense, frozen as kept } from '@gm/networks';
import { type FeatureNetwork, headOn, joined } from './discriminator.js';

/** Options of `withHead`. */
export interface WithHeadOptions {
  /** How many logits the new head gives; 1 asks one yes-or-no question. */
  readonly classes: number;
  /** Whether the body stays as it is when the result is trained: its parameters count as buffers then. Default false: it is fine-tuned. */
  readonly frozen?: boolean;
  /** Where the first weights of the new head are drawn from. */
  readonly random: Random;
}

/**
 * The body of a discriminator under a new head: a trained adversary becomes a classifier.
 *
 *   logits(x) = dense(body(x))
 *
 * The two share the body's variables: training one moves the other, unless the body is `frozen`. It stays the
 * given discriminator's: `dispose()` of the result frees the new head only, and disposing of the given one ends both. To hand the
 * body over instead, compose `discriminator({ body: given.body, head: … })` and dispose of `given.head`.
 *
 * An encoder serves as well: `withHead({ body: encoder }, …)` classifies by the numbers that it gives.
 *
 * @param given  whose body is borrowed; its features are [features]
 * @returns a discriminator with logits [batch, classes], or [batch] for one class
 * @throws GM_OPTION when `classes` is not a positive whole number; GM_FIT when the features have more than one axis
 * @see Radford, Metz & Chintala (2016), section 5.1, which classifies by the features of a discriminator, arXiv:1511.06434
 * @example withHead(adversary, { classes: 10, random: seeded(2) })
 */
export function withHead(given: Pick<FeatureNetwork, 'body'>, options: WithHeadOptions): FeatureNetwork {
  const { classes, frozen = false, random } = options;
  const body = frozen ? kept(given.body) : given.body;
  checkNumber('withHead', 'classes', classes, { min: 1, integer: true });
  const head = headOn(body, dense({ units: classes, random }));
  return joined('withHead', body, head, () => head.dispose());
}
