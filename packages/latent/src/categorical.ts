import {
  type CategoricalPosterior,
  checkNumber,
  checkTensor,
  gmError,
  type Posterior,
  type Prior,
  showShape,
  spec,
} from '@gm/core';
import { type GumbelSoftmaxOptions, gumbelSoftmax } from '@gm/ops';
import {
  add,
  cast,
  exp,
  floor,
  logSoftmax,
  minimum,
  mul,
  oneHot,
  reshape,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkDraw } from './prior.js';
import { checkRandom, dataAxes } from './rows.js';

/** How many variables a code has, and of how many categories each is. */
export interface CategoricalSizes {
  readonly variables: number;
  /** At least 2. */
  readonly categories: number;
}

/**
 * A posterior of independent categorical variables, drawn by Gumbel-softmax.
 *
 *   q(z | x) = Πᵥ softmax(lᵥ)[zᵥ],   log q(z | x) = Σᵥ zᵥᵀ log softmax(lᵥ) for one-hot zᵥ, side by side
 *
 * Gradients flow through a draw to the logits. The log-probability of draws that are not one-hot is that of the formula.
 *
 * @param logits   l, shape [batch, variables, categories]; borrowed for as long as the posterior is used
 * @param options  of a draw: its temperature, and whether it is `hard`, one-hot (default)
 * @returns a posterior over codes [batch, variables · categories]; log-probabilities in nats, [batch]
 * @throws GM_SHAPE when the logits have other than three axes, or less than two categories, or a code handed to logProb another size;
 *   GM_OPTION when the temperature is not above 0; GM_RANDOM from sample without a stream
 * @see Jang, Gu & Poole (2017), Categorical Reparameterization with Gumbel-Softmax, arXiv:1611.01144
 * @example categorical(zeros([1, 2, 10])).sample(seeded(1))  // [1, 20]
 */
export function categorical(logits: Tensor, options: GumbelSoftmaxOptions = {}): CategoricalPosterior {
  const [batch, variables, categories] = checkedLogits(logits);
  const { temperature = 1 } = options;
  checkNumber('categorical', 'temperature', temperature, { min: 0, exclusive: true });
  return {
    logits,
    sample(random) {
      checkRandom('categorical', random);
      return tidy(() =>
        reshape(gumbelSoftmax(logits, random.uniform(logits.shape), options), [batch, variables * categories]),
      );
    },
    logProb(z) {
      checkTensor('categorical', 'z', z, spec([variables * categories]));
      return tidy(() => sum(mul(reshape(z, [-1, variables, categories]), logSoftmax(logits)), [1, 2]));
    },
  };
}

/**
 * The uniform prior over codes of categorical variables, which knows its divergence from a categorical posterior.
 *
 *   p(z) = Πᵥ 1 / categories,   KLᵥ(q ‖ p) = log categories + Σₖ qᵥₖ log qᵥₖ
 *
 * @returns a prior over codes [variables · categories], one-hot rows side by side; log-probabilities in nats, [batch]; divergences in
 *   nats for each variable, [batch, variables]
 * @throws GM_OPTION when a size or a count is not a positive whole number, or there are fewer than 2 categories; GM_SHAPE for codes or
 *   posteriors of another size; GM_RANDOM from sample without a stream
 * @see Jang, Gu & Poole (2017), Categorical Reparameterization with Gumbel-Softmax, section 4.2, arXiv:1611.01144
 * @example uniformCategorical({ variables: 2, categories: 10 }).sample(64, seeded(1))  // [64, 20]
 */
export function uniformCategorical({ variables, categories }: CategoricalSizes): Prior {
  checkNumber('uniformCategorical', 'variables', variables, { min: 1, integer: true });
  checkNumber('uniformCategorical', 'categories', categories, { min: 2, integer: true });
  const size = variables * categories;
  return {
    shape: [size],
    range: [0, 1],
    categories,
    sample(count, random) {
      checkDraw('uniformCategorical', count, random);
      return tidy(() => {
        const place = floor(mul(random.uniform([count, variables]), categories));
        const chosen = cast(minimum(place, categories - 1), 'int32'); // a product may round up
        return reshape(cast(oneHot(chosen as never, categories), 'float32'), [count, size]);
      });
    },
    logProb(z) {
      checkTensor('uniformCategorical', 'z', z, spec([size]));
      return tidy(() => mul(-Math.log(categories), sum(z, dataAxes(z))));
    },
    divergenceFrom(posterior) {
      if (!isCategorical(posterior)) return undefined;
      checkTensor('uniformCategorical', 'logits', posterior.logits, spec([variables, categories]));
      return tidy(() => {
        const logProbabilities = logSoftmax(posterior.logits);
        return add(Math.log(categories), sum(mul(exp(logProbabilities), logProbabilities), -1)); // [batch, variables]
      });
    },
  };
}

function isCategorical(posterior: Posterior): posterior is CategoricalPosterior {
  return 'logits' in posterior;
}

function checkedLogits({ shape }: Tensor): [batch: number, variables: number, categories: number] {
  if (shape.length === 3 && shape[2]! > 1) return shape as [number, number, number];
  throw gmError('GM_SHAPE', {
    where: 'categorical',
    expected: 'logits of shape [batch, variables, categories] with two categories or more',
    received: showShape(shape),
    remedy: 'Reshape what the encoder gives.',
  });
}
