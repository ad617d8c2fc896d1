import { checkNumber, checkSameShape, gmError, showShape } from '@gm/core';
import {
  abs,
  add,
  div,
  erf,
  exp,
  expandDims,
  greater,
  maximum,
  mean,
  mul,
  neg,
  square,
  sub,
  type Tensor,
  tensor1d,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

/**
 * Continuous ranked probability score of a Gaussian forecast: the absolute error of a forecast that says how sure it is.
 *
 *   CRPS(N(μ, σ²), y) = σ [z (2 Φ(z) − 1) + 2 φ(z) − 1/√π],   z = (y − μ) / σ
 *
 * @param targets  y, any shape
 * @param mean     μ, the same
 * @param scale    σ > 0, the same
 * @returns one score for each target, in its units, ≥ 0; 0.234 σ for a target at the mean. NaN where σ is not above 0, which nobody reads
 *   here: `evaluate`, which reads the scores, refuses it
 * @throws GM_SHAPE when the shapes differ
 * @see Gneiting & Raftery (2007), Strictly proper scoring rules, prediction, and estimation, section 4.2
 * @example gaussianCrps(targets, mean, scale)
 */
export function gaussianCrps(targets: Tensor, mean: Tensor, scale: Tensor): Tensor {
  checkSameShape('gaussianCrps', { targets, mean, scale }, 'Give one mean and one scale for each target.');
  return tidy(() => {
    const z = div(sub(targets, mean), scale);
    const density = mul(Math.sqrt(2 / Math.PI), exp(mul(-0.5, square(z)))); // 2 φ(z)
    const sure = mul(z, erf(div(z, Math.SQRT2))); // z (2 Φ(z) − 1)
    const score = mul(scale, sub(add(sure, density), 1 / Math.sqrt(Math.PI)));
    return where(greater(scale, 0), score, Number.NaN);
  });
}

/**
 * Continuous ranked probability score of a forecast by samples.
 *
 *   CRPS = E|X − y| − ½ E|X − X′|,   over the samples X, X′
 *
 * @param targets  y, [batch, …]
 * @param samples  [count, batch, …]: that many forecasts of each target
 * @returns one score for each target, in its units
 * @throws GM_SHAPE when the samples are not of the targets
 * @see Gneiting & Raftery (2007), Strictly proper scoring rules, prediction, and estimation, equation 21
 * @example sampleCrps(targets, samples)
 */
export function sampleCrps(targets: Tensor, samples: Tensor): Tensor {
  const [, ...each] = samples.shape;
  if (showShape(each) !== showShape(targets.shape) || samples.size === 0) {
    throw gmError('GM_SHAPE', {
      where: 'sampleCrps',
      expected: `samples [count, ${targets.shape.join(', ')}]`,
      received: showShape(samples.shape),
      remedy: 'Give the samples an axis of their own, the first.',
    });
  }
  return tidy(() => {
    const apart = abs(sub(expandDims(samples, 0), expandDims(samples, 1))); // [count, count, batch, …]
    return add(mean(abs(sub(samples, targets)), 0), neg(mul(0.5, mean(apart, [0, 1]))));
  });
}

/**
 * Continuous ranked probability score of a forecast by quantiles: twice the mean pinball loss over the levels.
 *
 *   CRPS ≈ 2/levels Σⱼ max(pⱼ (y − qⱼ), (pⱼ − 1) (y − qⱼ))
 *
 * Exact in the limit of many levels that divide (0, 1) evenly; scores of different levels cannot be compared.
 *
 * @param targets    y, [batch, …]
 * @param quantiles  [batch, …, levels], as `Predictive.quantiles` gives them
 * @param levels     p, in (0, 1), rising
 * @returns one score for each target, in its units
 * @throws GM_SHAPE when the shapes do not go together; GM_OPTION for levels outside (0, 1), or not rising
 * @see Gneiting & Ranjan (2011), Comparing density forecasts using threshold- and quantile-weighted scoring rules, section 2
 * @example quantileCrps(targets, head.quantiles(predicted, levels), levels)
 */
export function quantileCrps(targets: Tensor, quantiles: Tensor, levels: readonly number[]): Tensor {
  const wanted = [...targets.shape, levels.length];
  if (showShape(wanted) !== showShape(quantiles.shape) || levels.length === 0) {
    throw gmError('GM_SHAPE', {
      where: 'quantileCrps',
      expected: `quantiles ${showShape(wanted)}, one for each level`,
      received: showShape(quantiles.shape),
      remedy: 'Give the quantiles an axis of their own, the last.',
    });
  }
  checkLevels(levels);
  return tidy(() => {
    const missed = sub(expandDims(targets, -1), quantiles);
    const p = tensor1d([...levels]);
    return mul(2, mean(maximum(mul(p, missed), mul(sub(p, 1), missed)), -1));
  });
}

function checkLevels(levels: readonly number[]): void {
  for (const level of levels) checkNumber('quantileCrps', 'each level', level, { min: 0, max: 1, exclusive: true });
  if (levels.every((level, index) => index === 0 || level > levels[index - 1]!)) return;
  throw gmError('GM_OPTION', {
    where: 'quantileCrps',
    expected: 'levels that are each above the one before it',
    received: `[${levels.join(', ')}]`,
    remedy: 'Sort them and their quantiles, and leave out what is there twice.',
  });
}
