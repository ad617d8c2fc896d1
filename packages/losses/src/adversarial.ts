import { type AdversarialLoss, checkNumber, gmError, type Range } from '@gm/core';
import { sigmoidCrossEntropyWithLogits, squaredDistance } from '@gm/ops';
import { add, mean, neg, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { namedShapes } from './perExample.js';

/** An adversarial loss that says what it reads the discriminator's numbers as. */
export interface ScoredAdversarialLoss extends AdversarialLoss {
  /** `'logits'` of "real", or an `'unbounded'` score; either way the discriminator ends without an activation. */
  readonly prediction: Range;
}

/**
 * The game of the first paper, in which the generator minimises the very value that the discriminator maximises. Its gradient
 * vanishes where the discriminator is sure; prefer `nonSaturating` for training.
 *
 *   D minimises −log D(x) − log(1 − D(G(z))),   G minimises log(1 − D(G(z))),   D = σ(logit)
 *
 * @returns losses of logits [batch], in nats per example: [batch]. At D = ½ the discriminator's is 2 log 2.
 *   k times as many generated as real examples are allowed; each real one is then joined with the mean of k, so that the mean over
 *   the batch is the sum of both means in any case.
 * @throws GM_SHAPE when logits are not one per example, or the batches do not match
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, equation 1, arXiv:1406.2661
 * @example gan({ generator, discriminator, prior, loss: minimax() })
 */
export function minimax(): ScoredAdversarialLoss {
  return crossEntropy('minimax', (logits) => neg(asGenerated(logits)));
}

/**
 * The game of `minimax` with a generator that maximises log D(G(z)) instead: the same fixed point, and a gradient where it is losing.
 *
 *   D minimises −log D(x) − log(1 − D(G(z))),   G minimises −log D(G(z)),   D = σ(logit)
 *
 * @returns losses of logits [batch], in nats per example: [batch]; batches of two sizes as in `minimax`
 * @throws GM_SHAPE when logits are not one per example, or the batches do not match
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, section 3, arXiv:1406.2661
 * @example gan({ generator, discriminator, prior, loss: nonSaturating() })
 */
export function nonSaturating(): ScoredAdversarialLoss {
  return crossEntropy('nonSaturating', asReal);
}

/** Targets of `leastSquares`. */
export interface LeastSquaresOptions {
  /** What the discriminator should give for generated examples. Default 0. */
  readonly a?: number;
  /** What it should give for real ones. Default 1. */
  readonly b?: number;
  /** What the generator wants it to give for generated ones. Default 1. */
  readonly c?: number;
}

/**
 * Least-squares game on unbounded scores: examples on the right side but far from the border still count.
 *
 *   D minimises ½ (D(x) − b)² + ½ (D(G(z)) − a)²,   G minimises ½ (D(G(z)) − c)²
 *
 * The defaults are the 0–1 coding of equation 9; { a: −1, b: 1, c: 0 }, equation 8, minimises Pearson's χ² divergence.
 *
 * @returns losses of scores [batch]: [batch], ≥ 0, without unit; batches of two sizes as in `minimax`
 * @throws GM_SHAPE when scores are not one per example, or the batches do not match; GM_OPTION when a target is not finite
 * @see Mao et al. (2017), Least Squares Generative Adversarial Networks, equation 2, arXiv:1611.04076
 * @example gan({ generator, discriminator, prior, loss: leastSquares() })
 */
export function leastSquares({ a = 0, b = 1, c = 1 }: LeastSquaresOptions = {}): ScoredAdversarialLoss {
  for (const [name, target] of Object.entries({ a, b, c })) checkNumber('leastSquares', name, target);
  const halfSquare = (scores: Tensor, target: number) => squaredDistance(scores, target, { scale: Math.SQRT2 });
  return game('leastSquares', 'unbounded', {
    real: (scores) => halfSquare(scores, b),
    generated: (scores) => halfSquare(scores, a),
    generator: (scores) => halfSquare(scores, c),
  });
}

/** −log σ(l): the cost of logits when the label is "real". */
const asReal = (logits: Tensor) => sigmoidCrossEntropyWithLogits(1, logits);
/** −log(1 − σ(l)) */
const asGenerated = (logits: Tensor) => sigmoidCrossEntropyWithLogits(0, logits);

function crossEntropy(where: string, generator: Terms['generator']): ScoredAdversarialLoss {
  return game(where, 'logits', { real: asReal, generated: asGenerated, generator });
}

/** The terms of both sides, each [batch] or [batch, 1] → [batch]. */
interface Terms {
  real(logits: Tensor): Tensor;
  generated(logits: Tensor): Tensor;
  generator(logits: Tensor): Tensor;
}

function game(where: string, prediction: Range, terms: Terms): ScoredAdversarialLoss {
  return {
    prediction,
    discriminator(realLogits, generatedLogits) {
      checkOnePerExample(where, { realLogits, generatedLogits });
      checkPairs(where, realLogits, generatedLogits);
      return tidy(() => add(terms.real(realLogits), joined(terms.generated(generatedLogits), realLogits.shape[0]!)));
    },
    generator(generatedLogits) {
      checkOnePerExample(where, { generatedLogits });
      return tidy(() => terms.generator(generatedLogits));
    },
  };
}

/** The mean of the k generated examples that go with each real one: [k · count] → [count]. */
function joined(values: Tensor, count: number): Tensor {
  return values.shape[0] === count ? values : mean(reshape(values, [-1, count]), 0);
}

function checkOnePerExample(where: string, logits: Readonly<Record<string, Tensor>>): void {
  const isOne = ({ rank, shape }: Tensor) => rank === 1 || (rank === 2 && shape[1] === 1);
  if (Object.values(logits).every(isOne)) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'one logit per example, [batch] or [batch, 1]',
    received: namedShapes(logits),
    remedy: 'End the discriminator in one unit, or average over its patches.',
  });
}

function checkPairs(where: string, realLogits: Tensor, generatedLogits: Tensor): void {
  const times = generatedLogits.shape[0]! / realLogits.shape[0]!;
  if (Number.isInteger(times) && times > 0) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'as many generated as real examples, or a whole multiple',
    received: namedShapes({ realLogits, generatedLogits }),
    remedy: 'Draw as many codes as the batch has examples.',
  });
}
