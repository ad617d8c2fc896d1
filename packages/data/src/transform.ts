import { type Examples, gmError, type SeededRandom, type Spec, showRange } from '@gm/core';
import { cast, dispose, greater, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** What is done to the examples of a batch, with randomness of that batch alone. */
export interface Transform {
  /** What an example is afterwards; throws GM_RANGE or GM_SHAPE when it cannot take such examples. */
  example(before: Spec): Spec;
  /** The new x, which the caller owns; x is borrowed. */
  apply(x: Tensor, random: SeededRandom): Tensor;
}

/**
 * Dynamic binarisation: grey values are probabilities, and every batch draws its zeros and ones anew.
 *
 *   bᵢ ~ Bernoulli(xᵢ),  x in [0, 1]
 *
 * @throws GM_RANGE when the examples are not in [0, 1]
 * @see Salakhutdinov & Murray (2008), On the quantitative analysis of deep belief networks;
 *   Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, arXiv:1509.00519
 * @example batches(mnist, { batchSize: 100, random: seeded(1), transform: binarize })
 */
export const binarize: Transform = {
  example(before) {
    const [low, high] = typeof before.range === 'string' ? [-Infinity, Infinity] : before.range;
    if (low >= 0 && high <= 1) return { ...before, range: [0, 1] };
    throw gmError('GM_RANGE', {
      where: 'binarize',
      expected: 'examples in [0, 1], which are probabilities',
      received: showRange(before.range),
      remedy: 'Read the images with range: [0, 1].',
    });
  },
  apply: (x, random) => tidy(() => cast(greater(x, random.uniform(x.shape)), 'float32')),
};

/** The batch with its x changed; the x before is freed. */
export function transformed<Batch extends Examples>(batch: Batch, transform: Transform, random: SeededRandom): Batch {
  const x = transform.apply(batch.x, random);
  dispose(batch.x);
  return { ...batch, x };
}
