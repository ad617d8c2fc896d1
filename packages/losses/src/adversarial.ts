import { type AdversarialLoss, checkNumber, gmError, type Range } from '@gm/core';
import { sigmoidCrossEntropyWithLogits, squaredDistance } from '@gm/ops';
import { add, clone, mean, neg, relu, reshape, sub, type Tensor, tidy, tile } from '@tensorflow/tfjs-core';
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

/**
 * The critic's estimate of a Wasserstein distance, on unbounded scores. It is one only while the critic is Lipschitz: train it with
 * `gradientPenalty()`, or with weights that are clipped after each step.
 *
 *   D minimises D(G(z)) − D(x),   G minimises −D(G(z))
 *
 * @returns losses of scores [batch]: [batch], of any sign, without unit; batches of two sizes as in `minimax`
 * @throws GM_SHAPE when scores are not one per example, or the batches do not match
 * @see Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, algorithm 1, arXiv:1701.07875
 * @example gan({ generator, discriminator, prior, loss: wasserstein(), penalty: gradientPenalty(), discriminatorSteps: 5 })
 */
export function wasserstein(): ScoredAdversarialLoss {
  return game('wasserstein', 'unbounded', { real: flatNeg, generated: flat, generator: flatNeg });
}

/**
 * The margin game on unbounded scores: an example that is on its side by 1 costs nothing.
 *
 *   D minimises max(0, 1 − D(x)) + max(0, 1 + D(G(z))),   G minimises −D(G(z))
 *
 * @returns losses of scores [batch]: [batch], without unit; batches of two sizes as in `minimax`
 * @throws GM_SHAPE when scores are not one per example, or the batches do not match
 * @see Lim & Ye (2017), Geometric GAN, arXiv:1705.02894; Miyato et al. (2018), equations 16 and 17, arXiv:1802.05957
 * @example gan({ generator, discriminator, prior, loss: hinge() })
 */
export function hinge(): ScoredAdversarialLoss {
  return game('hinge', 'unbounded', {
    real: (scores) => relu(sub(1, flat(scores))),
    generated: (scores) => relu(add(1, flat(scores))),
    generator: flatNeg,
  });
}

/**
 * Relativistic pairing: each generated example is judged beside a real one, so that no mode is given up by pushing all of them to one
 * side of a border. With `r1()` and `r2()` it is the game of R3GAN.
 *
 *   D minimises log(1 + exp(D(G(z)) − D(x))),   G minimises log(1 + exp(D(x) − D(G(z))))
 *
 * @returns losses of scores [batch], in nats per pair: [batch]; batches of two sizes as in `minimax`, each real example then stands
 *   beside k generated ones
 * @throws GM_SHAPE when scores are not one per example, or the batches do not match; GM_OPTION when the generator's side gets no
 *   scores of real examples
 * @see Jolicoeur-Martineau (2019), arXiv:1807.00734; Huang et al. (2024), The GAN is dead; long live the GAN!, equation 2,
 *   arXiv:2501.05441
 * @example gan({ generator, discriminator, prior, loss: relativistic(), penalty: [r1({ gamma: 1 }), r2({ gamma: 1 })] })
 */
export function relativistic(): ScoredAdversarialLoss {
  const cost = (real: Tensor, generated: Tensor, sign: 1 | -1) => {
    checkOnePerExample('relativistic', { realLogits: real, generatedLogits: generated });
    checkPairs('relativistic', real, generated);
    return tidy(() => {
      const [count, all] = [real.shape[0]!, generated.shape[0]!];
      const lead = sub(tile(flat(real), [all / count]), flat(generated)); // of the real one in each pair
      return joined(sign === 1 ? asReal(lead) : asGenerated(lead), count);
    });
  };
  return {
    prediction: 'unbounded',
    paired: true,
    discriminator: (real, generated) => cost(real, generated, 1),
    generator(generated, real) {
      if (real) return cost(real, generated, -1);
      throw gmError('GM_OPTION', {
        where: 'relativistic',
        expected: 'the scores of real examples beside those of generated ones',
        received: 'none',
        remedy: 'Call generator(generatedLogits, realLogits); gan() does.',
      });
    },
  };
}

/** [batch] of [batch] or [batch, 1]. */
const flat = (scores: Tensor) => (scores.rank === 1 ? clone(scores) : reshape(scores, [-1]));
const flatNeg = (scores: Tensor) => neg(flat(scores));

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

/** The mean over the k generated examples that go with each real one: [k · count] → [count]. */
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
