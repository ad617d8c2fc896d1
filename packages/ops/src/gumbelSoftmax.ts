import { checkNumber, gmError, showShape } from '@gm/core';
import {
  add,
  argMax,
  cast,
  clone,
  customGrad,
  div,
  log,
  maximum,
  neg,
  oneHot,
  softmax,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

/** Options of `gumbelSoftmax`. */
export interface GumbelSoftmaxOptions {
  /** τ > 0: the smaller, the nearer to one category, and the noisier the gradients. Default 1. */
  readonly temperature?: number;
  /** One category and nothing else comes out, with the gradients of the soft numbers (straight-through). Default true. */
  readonly hard?: boolean;
}

/**
 * A draw of one of several categories, differentiable with respect to their logits.
 *
 *   gₖ = −log(−log uₖ),   y = softmax((l + g) / τ),   and hard: the category with the largest y, where ∂ is that of y
 *
 * The category with the largest y is an exact draw from softmax(l) at any τ.
 *
 * @param logits   l, shape [batch, …, categories]
 * @param uniform  u, independent draws from U[0, 1) of the same shape
 * @returns the same shape; each row adds up to 1
 * @throws GM_OPTION when the temperature is not above 0; GM_SHAPE when the shapes differ, or there is one category or none
 * @see Jang, Gu & Poole (2017), Categorical Reparameterization with Gumbel-Softmax, sections 2.1 and 2.2, arXiv:1611.01144; Maddison,
 *   Mnih & Teh (2017), The Concrete Distribution, arXiv:1611.00712
 * @example gumbelSoftmax(logits, random.uniform(logits.shape), { temperature: 0.5 })
 */
export function gumbelSoftmax(logits: Tensor, uniform: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { temperature = 1, hard = true } = options;
  checkNumber('gumbelSoftmax', 'temperature', temperature, { min: 0, exclusive: true });
  checkCategories(logits, uniform);
  return tidy(() => {
    // Kept off 0, whose logarithm is infinite.
    const gumbel = neg(log(neg(log(maximum(uniform, 1e-10)))));
    const soft = softmax(div(add(logits, gumbel), temperature));
    return hard ? straightThrough(soft) : soft;
  });
}

/** One where it is largest, with the gradient of the identity. */
const straightThrough = customGrad((soft) => ({
  value: cast(oneHot(argMax(soft as Tensor, -1), (soft as Tensor).shape.at(-1)!), 'float32'),
  gradFunc: (dy) => clone(dy),
}));

function checkCategories(logits: Tensor, uniform: Tensor): void {
  const categories = logits.shape.at(-1) ?? 0;
  if (logits.rank > 1 && categories > 1 && showShape(logits.shape) === showShape(uniform.shape)) return;
  throw gmError('GM_SHAPE', {
    where: 'gumbelSoftmax',
    expected: 'logits [batch, …, categories] of two categories or more, and uniform draws of the same shape',
    received: `${showShape(logits.shape)} and ${showShape(uniform.shape)}`,
    remedy: 'Draw them with random.uniform(logits.shape).',
  });
}
