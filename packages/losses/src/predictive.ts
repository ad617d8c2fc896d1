import { checkNumber, gmError, type Predictive, showShape } from '@gm/core';
import {
  add,
  concat,
  cumsum,
  exp,
  expandDims,
  maximum,
  mul,
  neg,
  slice,
  softplus,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { sumPerExample } from './perExample.js';
import { probit } from './probit.js';
import { diagonalGaussianLogProb } from './reconstruction.js';

/**
 * A Gaussian for each target: the network gives its mean and its log variance.
 *
 *   loss = −Σ log N(y | μ, σ²),   quantile(p) = μ + σ Φ⁻¹(p)
 *
 * @returns how predictions [batch, …targets, 2] are read; losses in nats
 * @throws GM_SHAPE from its functions when the shapes do not go together; GM_OPTION for levels outside (0, 1), or not rising
 * @see Nix & Weigend (1994), Estimating the mean and variance of the target probability distribution
 * @example regressor({ network, head: gaussianHead() })
 */
export function gaussianHead(): Predictive {
  return {
    size: 2,
    loss(targets, predicted) {
      checkPredicted('gaussianHead', predicted, 2, targets);
      return tidy(() => {
        const [mean, logVariance] = [0, 1].map((index) => squeeze(column(predicted, index), [-1])) as [Tensor, Tensor];
        return neg(diagonalGaussianLogProb(targets, mean, logVariance));
      });
    },
    quantiles(predicted, levels) {
      checkLevels('gaussianHead', levels);
      checkPredicted('gaussianHead', predicted, 2);
      return tidy(() => {
        const scale = exp(mul(0.5, column(predicted, 1))); // [batch, …targets, 1]
        return add(column(predicted, 0), mul(scale, tensor1d(levels.map(probit)))); // [batch, …targets, levels]
      });
    },
  };
}

/** Options of `quantileHead`. */
export interface QuantileHeadOptions {
  /** Rising, in (0, 1). Default 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95. */
  readonly levels?: readonly number[];
}

/**
 * Quantiles of each target, which cannot cross: the network gives the lowest, and how far each is from the one before it.
 *
 *   q₁ = r₁,   qⱼ = qⱼ₋₁ + softplus(rⱼ)
 *   loss = Σ 2/levels Σⱼ max(pⱼ (y − qⱼ), (pⱼ − 1) (y − qⱼ)),   the pinball loss, which nears the CRPS with many levels
 *
 * @returns how predictions [batch, …targets, levels] are read; losses in units of the targets. Quantiles between two levels are interpolated
 * @throws GM_OPTION for levels outside (0, 1), or not rising, and from `quantiles` for some beyond the outermost; GM_SHAPE from its
 *   functions when the shapes do not go together
 * @see Koenker & Bassett (1978), Regression quantiles; Gneiting & Raftery (2007), Strictly proper scoring rules, section 6
 * @example regressor({ network, head: quantileHead({ levels: [0.1, 0.5, 0.9] }) })
 */
export function quantileHead(options: QuantileHeadOptions = {}): Predictive {
  const { levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] } = options;
  checkLevels('quantileHead', levels);
  const size = levels.length;
  const rising = (raw: Tensor) =>
    size === 1 ? raw : cumsum(concat([column(raw, 0), softplus(column(raw, 1, size - 1))], -1), raw.rank - 1);
  return {
    size,
    loss(targets, predicted) {
      checkPredicted('quantileHead', predicted, size, targets);
      return tidy(() => {
        const missed = sub(expandDims(targets, -1), rising(predicted)); // [batch, …targets, levels]
        const p = tensor1d([...levels]);
        return sumPerExample(mul(2 / size, sum(maximum(mul(p, missed), mul(sub(p, 1), missed)), -1)));
      });
    },
    quantiles(predicted, wanted) {
      checkLevels('quantileHead', wanted);
      checkWithin(wanted, levels);
      checkPredicted('quantileHead', predicted, size);
      return tidy(() => {
        const known = rising(predicted);
        return concat(
          wanted.map((level) => {
            const { index, share } = placeOf(level, levels);
            const next = column(known, Math.min(size - 1, index + 1));
            return add(mul(1 - share, column(known, index)), mul(share, next));
          }),
          -1,
        );
      });
    },
  };
}

/** `count` numbers of the last axis, from that one on. */
function column(t: Tensor, from: number, count = 1): Tensor {
  const shape = t.shape.slice(0, -1);
  return slice(t, [...shape.map(() => 0), from], [...shape, count]);
}

/** Between which two levels one lies, and how far from the first to the second. */
function placeOf(level: number, levels: readonly number[]): { readonly index: number; readonly share: number } {
  const index = Math.max(
    0,
    levels.findLastIndex((known) => known <= level),
  );
  const [low, high] = [levels[index]!, levels[index + 1] ?? levels[index]!];
  return { index, share: high === low ? 0 : (level - low) / (high - low) };
}

function checkLevels(where: string, levels: readonly number[]): void {
  for (const level of levels)
    checkNumber(where, 'each level', level, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON / 2 });
  if (levels.length > 0 && levels.every((level, index) => index === 0 || level > levels[index - 1]!)) return;
  throw gmError('GM_OPTION', {
    where,
    expected: 'at least one level, each above the one before it',
    received: `[${levels.join(', ')}]`,
    remedy: 'Sort them, and leave out what is there twice.',
  });
}

function checkWithin(wanted: readonly number[], levels: readonly number[]): void {
  if (wanted[0]! >= levels[0]! && wanted.at(-1)! <= levels.at(-1)!) return;
  throw gmError('GM_OPTION', {
    where: 'quantileHead',
    expected: `levels from ${levels[0]} to ${levels.at(-1)}, which the network was made for`,
    received: wanted.join(', '),
    remedy: 'Ask for levels in between, or train a head with wider ones.',
  });
}

function checkPredicted(where: string, predicted: Tensor, size: number, targets?: Tensor): void {
  const shape = targets ? [...targets.shape, size] : [...predicted.shape.slice(0, -1), size];
  if (predicted.rank >= 2 && showShape(shape) === showShape(predicted.shape)) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: targets ? `${size} numbers for each target: ${showShape(shape)}` : `${size} numbers for each target`,
    received: showShape(predicted.shape),
    remedy: `Let the network give [batch, …targets, ${size}].`,
  });
}
