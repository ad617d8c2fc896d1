import { checkNumber, gmError, type Prior, type SeededRandom } from '@gm/core';
import { gaussianMixture } from './mixture.js';

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
 *   rₙₖ ∝ πₖ N(zₙ; μₖ, σₖ²);   πₖ = meanₙ rₙₖ,   μₖ = Σₙ rₙₖ zₙ / Σₙ rₙₖ,   σₖ² = Σₙ rₙₖ (zₙ − μₖ)² / Σₙ rₙₖ
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
  const { components, iterations = 100, floor = 1e-6, random } = options;
  checkNumber('fitGaussianMixture', 'components', components, { min: 1, integer: true });
  checkNumber('fitGaussianMixture', 'iterations', iterations, { min: 1, integer: true });
  checkNumber('fitGaussianMixture', 'floor', floor, { min: 0, exclusive: true });
  const rows = rowsOf(values, size, components);
  let mixture = started(rows, components, floor, random);
  let [before, likelihood] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let round = 0; round < iterations; round++) {
    const { shares, meanLogProb } = expectation(rows, mixture);
    mixture = maximisation(rows, shares, floor);
    [before, likelihood] = [likelihood, meanLogProb];
    if (likelihood - before < 1e-7 * Math.abs(likelihood)) break;
  }
  const { weights, means, variances } = mixture;
  const prior = gaussianMixture({ weights, means, scales: variances.map((row) => row.map(Math.sqrt)) });
  return { ...prior, meanLogProb: expectation(rows, mixture).meanLogProb };
}

interface Mixture {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly variances: readonly (readonly number[])[];
}

type Rows = readonly Float64Array[];

/** Means at codes that are drawn the likelier the farther they lie from those before; variances of all codes. */
function started(rows: Rows, components: number, floor: number, random: SeededRandom): Mixture {
  const uniforms = random.split('k-means++').uniforms(components);
  const means = [[...rows[Math.floor(uniforms[0]! * rows.length)]!]];
  const nearest = rows.map((row) => squaredDistance(row, means[0]!));
  for (let k = 1; k < components; k++) {
    const mean = [...rows[drawnBy(nearest, uniforms[k]!)]!];
    means.push(mean);
    for (const [index, row] of rows.entries()) nearest[index] = Math.min(nearest[index]!, squaredDistance(row, mean));
  }
  const centre = meanOf(rows);
  const spread = centre.map(
    (mean, i) => rows.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / rows.length + floor,
  );
  return { weights: means.map(() => 1 / components), means, variances: means.map(() => spread) };
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
function expectation(rows: Rows, { weights, means, variances }: Mixture) {
  const constants = weights.map(
    (weight, k) => Math.log(weight) - 0.5 * variances[k]!.reduce((sum, v) => sum + Math.log(2 * Math.PI * v), 0),
  );
  let total = 0;
  const shares = rows.map((row) => {
    const logs = means.map((mean, k) => {
      const variance = variances[k]!;
      return constants[k]! - 0.5 * mean.reduce((sum, m, i) => sum + (row[i]! - m) ** 2 / variance[i]!, 0);
    });
    const most = Math.max(...logs);
    const sum = logs.reduce((all, log) => all + Math.exp(log - most), 0);
    total += most + Math.log(sum);
    return logs.map((log) => Math.exp(log - most) / sum);
  });
  return { shares, meanLogProb: total / rows.length };
}

function maximisation(rows: Rows, shares: readonly (readonly number[])[], floor: number): Mixture {
  const components = shares[0]!.map((_, k) => {
    const weight = shares.reduce((sum, share) => sum + share[k]!, 0);
    const held = Math.max(weight, Number.MIN_VALUE);
    const mean = Array.from(rows[0]!, (_, i) => rows.reduce((sum, row, n) => sum + shares[n]![k]! * row[i]!, 0) / held);
    const variance = mean.map(
      (m, i) => rows.reduce((sum, row, n) => sum + shares[n]![k]! * (row[i]! - m) ** 2, 0) / held + floor,
    );
    return { weight: held / rows.length, mean, variance };
  });
  return {
    weights: components.map(({ weight }) => weight),
    means: components.map(({ mean }) => mean),
    variances: components.map(({ variance }) => variance),
  };
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

function meanOf(rows: Rows): number[] {
  return Array.from(rows[0]!, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
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
