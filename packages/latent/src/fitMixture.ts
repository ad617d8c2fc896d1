import { checkChoice, checkNumber, gmError, type Prior, type SeededRandom } from '@gm/core';
import { gaussianMixture } from './mixture.js';
import { diagonalSpread, fullSpread, type Spread, type Weighted } from './spread.js';
import type { Matrix } from './triangular.js';

/** Codes off the backend, one row each: what `featuresOf` of @gm/metrics gives for the means of an encoder. */
export interface Codes {
  /** Row after row, count · size numbers. */
  readonly values: Float32Array;
  readonly size: number;
}

/** Options of `fitGaussianMixture`. */
export interface FitOptions {
  readonly components: number;
  /** Rounds of expectation and maximisation at most. Default 100; it ends sooner when the likelihood stands still. */
  readonly iterations?: number;
  /** Whether components may lie askew; `full` has latent² / 2 numbers more to fit for each. Default 'diagonal'. */
  readonly covariance?: 'diagonal' | 'full';
  /** Added to every variance, so that no component shrinks to a point. Default 1e-6. */
  readonly floor?: number;
  /** Draws where the components begin. */
  readonly random: SeededRandom;
}

/** A fitted mixture, as a prior. */
export interface FittedMixture extends Prior {
  /** Mean log p(z) of the codes it was fitted to, nats. */
  readonly meanLogProb: number;
}

/**
 * A mixture of Gaussians fitted to codes by expectation–maximisation: a sampler for a model that is trained already. The aggregate of an
 * autoencoder's codes is often not the prior it was trained with, and samples are better when codes are drawn from where they are.
 *
 *   rₙₖ ∝ πₖ N(zₙ; μₖ, Sₖ);   πₖ = meanₙ rₙₖ,   μₖ = Σₙ rₙₖ zₙ / Σₙ rₙₖ,   Sₖ = Σₙ rₙₖ (zₙ − μₖ)(zₙ − μₖ)ᵀ / Σₙ rₙₖ, or its diagonal
 *
 * Components begin at codes that lie apart (k-means++); all is computed in float64, and the same stream gives the same fit.
 *
 * @throws GM_OPTION when an option is outside its limits; GM_SHAPE when there are fewer codes than components; GM_NOT_FINITE for a code that is
 *   NaN or infinite
 * @see Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm; Arthur & Vassilvitskii (2007),
 *   k-means++; Ghosh et al. (2020), From variational to deterministic autoencoders, section 4, arXiv:1903.12436
 * @example const prior = fitGaussianMixture(await featuresOf({ apply: (x) => encoder.encode(x).mean }, batches), { components: 10, random })
 */
export function fitGaussianMixture({ values, size }: Codes, options: FitOptions): FittedMixture {
  const { components, covariance = 'diagonal', iterations = 100, floor = 1e-6, random } = options;
  checkNumber('fitGaussianMixture', 'components', components, { min: 1, integer: true });
  checkNumber('fitGaussianMixture', 'iterations', iterations, { min: 1, integer: true });
  checkNumber('fitGaussianMixture', 'floor', floor, { min: 0, exclusive: true });
  checkChoice('fitGaussianMixture', 'covariance', covariance, ['diagonal', 'full']);
  const rows = rowsOf(values, size, components);
  const start = started(rows, components, { floor, random });
  if (covariance === 'full') {
    const { spreads, meanLogProb, ...places } = fitted(rows, start, iterations, (own) => fullSpread(own, floor));
    return { ...gaussianMixture({ ...places, factors: spreads.map(({ factor }) => factor) }), meanLogProb };
  }
  const { spreads, meanLogProb, ...places } = fitted(rows, start, iterations, (own) => diagonalSpread(own, floor));
  return { ...gaussianMixture({ ...places, scales: spreads.map(({ scales }) => scales) }), meanLogProb };
}

interface Mixture<How extends Spread = Spread> {
  readonly weights: readonly number[];
  readonly means: Matrix;
  readonly spreads: readonly How[];
}

/** Expectation and maximisation in turn, until the likelihood stands still. */
function fitted<How extends Spread>(
  rows: Rows,
  start: Mixture,
  iterations: number,
  spreadOf: (weighted: Weighted) => How,
): Mixture<How> & { readonly meanLogProb: number } {
  let { shares, meanLogProb } = expectation(rows, start);
  for (let round = 1; ; round++) {
    const mixture = maximisation(rows, shares, spreadOf);
    const next = expectation(rows, mixture);
    const still = next.meanLogProb - meanLogProb < 1e-7 * Math.abs(next.meanLogProb);
    ({ shares, meanLogProb } = next);
    if (still || round === iterations) return { ...mixture, meanLogProb };
  }
}

type Rows = readonly Float64Array[];

/** Means at codes that are drawn the likelier the farther they lie from those before; variances of all codes. */
function started(
  rows: Rows,
  components: number,
  { floor, random }: { readonly floor: number; readonly random: SeededRandom },
): Mixture {
  const uniforms = random.split('k-means++').uniforms(components);
  const means = [[...rows[Math.floor(uniforms[0]! * rows.length)]!]];
  const nearest = rows.map((row) => squaredDistance(row, means[0]!));
  for (let k = 1; k < components; k++) {
    const mean = [...rows[drawnBy(nearest, uniforms[k]!)]!];
    means.push(mean);
    for (const [index, row] of rows.entries()) nearest[index] = Math.min(nearest[index]!, squaredDistance(row, mean));
  }
  const equal = rows.map(() => 1 / rows.length);
  const spread = diagonalSpread({ differences: differencesFrom(rows, meanOf(rows, equal)), shares: equal }, floor);
  return { weights: means.map(() => 1 / components), means, spreads: means.map(() => spread) };
}

/** The place in whose share of the whole the number u of [0, 1) lies. */
function drawnBy(shares: readonly number[], u: number): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let passed = 0;
  for (const [place, share] of shares.entries()) {
    passed += share;
    if (passed > u * total) return place;
  }
  return shares.length - 1;
}

/** How much each component has of each code, and the mean log p. */
function expectation(rows: Rows, { weights, means, spreads }: Mixture) {
  const logs = means.map((mean, k) => {
    const { logVolume, distance } = spreads[k]!;
    const constant = Math.log(weights[k]!) - logVolume;
    return differencesFrom(rows, mean).map((difference) => constant - 0.5 * distance(difference));
  });
  let total = 0;
  const shares = rows.map((_, n) => {
    const each = logs.map((log) => log[n]!);
    const most = Math.max(...each);
    const sum = each.reduce((all, log) => all + Math.exp(log - most), 0);
    total += most + Math.log(sum);
    return each.map((log) => Math.exp(log - most) / sum);
  });
  return { shares, meanLogProb: total / rows.length };
}

function maximisation<How extends Spread>(
  rows: Rows,
  shares: readonly (readonly number[])[],
  spreadOf: (weighted: Weighted) => How,
): Mixture<How> {
  const components = shares[0]!.map((_, k) => {
    const weight = shares.reduce((sum, share) => sum + share[k]!, 0);
    const held = Math.max(weight, Number.MIN_VALUE);
    const own = shares.map((share) => share[k]! / held);
    const mean = meanOf(rows, own);
    const spread = spreadOf({ differences: differencesFrom(rows, mean), shares: own });
    return { weight: held / rows.length, mean, spread };
  });
  return {
    weights: components.map(({ weight }) => weight),
    means: components.map(({ mean }) => mean),
    spreads: components.map(({ spread }) => spread),
  };
}

function differencesFrom(rows: Rows, mean: readonly number[]): Float64Array[] {
  return rows.map((row) => row.map((value, i) => value - mean[i]!));
}

function rowsOf(values: Float32Array, size: number, components: number): Rows {
  checkNumber('fitGaussianMixture', 'size', size, { min: 1, integer: true });
  const count = values.length / size;
  if (!Number.isInteger(count) || count < components) throw noCodes(`${values.length} numbers of ${size} each`);
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw gmError('GM_NOT_FINITE', {
      where: 'fitGaussianMixture',
      expected: 'finite codes',
      received: `${values[broken]} at ${broken}`,
      remedy: 'Look at the encoder: its weights may not be finite.',
    });
  }
  return Array.from({ length: count }, (_, row) => Float64Array.from(values.subarray(row * size, (row + 1) * size)));
}

function meanOf(rows: Rows, shares: readonly number[]): number[] {
  return Array.from(rows[0]!, (_, i) => rows.reduce((sum, row, n) => sum + shares[n]! * row[i]!, 0));
}

function squaredDistance(a: ArrayLike<number>, b: readonly number[]): number {
  return b.reduce((sum, value, i) => sum + (a[i]! - value) ** 2, 0);
}

function noCodes(received: string) {
  return gmError('GM_SHAPE', {
    where: 'fitGaussianMixture',
    expected: 'at least as many codes as components, of one size',
    received,
    remedy: 'Encode more examples, or ask for fewer components.',
  });
}
