import { checkNumber, gmError, type Layer, type Random, showSpec, spec } from '@gm/core';
import { attention } from '@gm/ops';
import { matMul, reshape, Select, Softmax, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { glorotUniform, type Initializer, parameter } from './initializer.js';
import { checkInput } from './input.js';
import { network } from './network.js';

export interface SelfAttentionOptions {
  /** How many times in parallel; divides the features. Default 1. */
  readonly heads?: number;
  /** Whether a step sees only itself and the steps before it. Default false. */
  readonly causal?: boolean;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** First values of the four kernels. Default glorotUniform. */
  readonly kernel?: Initializer;
}

/**
 * Every step looks at the others, in several heads.
 *
 *   headₙ = softmax((x Qₙ)(x Kₙ)ᵀ / √depth) x Vₙ,   y = [head₁, head₂, …] O,   depth = features / heads
 *
 * Parameters: `query` Q, `key` K, `value` V, `output` O, each [features, features], heads side by side.
 *
 * @returns a layer [time, features] of unchanged shape, unbounded
 * @throws GM_OPTION when `heads` is not a positive whole number; GM_FIT when the input has other than two axes, or features that the
 *   heads do not divide
 * @see Vaswani et al. (2017), Attention is all you need, section 3.2, arXiv:1706.03762
 * @example residual(layerNorm(), selfAttention({ heads: 4, causal: true, random }))
 */
export function selfAttention(options: SelfAttentionOptions): Layer {
  const { heads = 1, causal = false, random, kernel = glorotUniform } = options;
  checkNumber('selfAttention', 'heads', heads, { min: 1, integer: true });
  return (input) => {
    checkInput('selfAttention', input, ['time', 'features'], 'Put embedding() or reshape([time, features]) before it.');
    const [time, features] = input.shape as [number, number];
    if (features % heads !== 0) {
      throw gmError('GM_FIT', {
        where: 'selfAttention',
        expected: `features that ${heads} heads divide`,
        received: showSpec(input),
        remedy: 'Choose heads that divide the features.',
      });
    }
    const depth = features / heads;
    const square = () => parameter([features, features], kernel, { fanIn: features, fanOut: features, random });
    const weights = { query: square(), key: square(), value: square(), output: square() };
    return network({
      name: 'selfAttention',
      input,
      output: spec(input.shape),
      parameters: weights,
      kernels: causal ? [Softmax, Select] : [Softmax],
      apply(x) {
        const rows = reshape(x, [-1, features]); // [batch · time, features]
        const inHeads = (weight: Tensor) => swapped(reshape(matMul(rows, weight), [-1, time, heads, depth]));
        const y = attention(inHeads(weights.query), inHeads(weights.key), inHeads(weights.value), { causal });
        return reshape(matMul(reshape(swapped(y), [-1, features]), weights.output as Tensor), x.shape);
      },
    });
  };
}

/** [batch, time, heads, depth] to [batch, heads, time, depth], and back. */
const swapped = (x: Tensor): Tensor => transpose(x, [0, 2, 1, 3]);
