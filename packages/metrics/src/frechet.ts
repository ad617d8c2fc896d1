import { gmError } from '@gm/core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { FeatureRows } from './features.js';

/**
 * Fréchet distance between two sets of features, each seen as a Gaussian.
 *
 *   d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½)
 *
 * 0 for equal means and covariances. Covariances have count − 1 in the denominator, and all is computed in float64. The distance of two
 * finite samples of one distribution is above 0, the more the fewer they are: put real against real examples of the same counts beside it.
 * Of the features of Inception this is FID; of any other network it is not, and must not be called so.
 *
 * @returns d², in squared units of the features, ≥ 0
 * @throws GM_SHAPE when the features differ in size, or one set has not more examples than features, where its covariance is singular
 * @see Dowson & Landau (1982), The Fréchet distance between multivariate normal distributions; Heusel et al. (2017), GANs trained by a
 *   two time-scale update rule, section 2, arXiv:1706.08500
 * @example const distance = frechetDistance(await featuresOf(network, realBatches), await featuresOf(network, generatedBatches))
 * @example measured({ distance: frechetDistance(real, generated) }, { real, generated, network: hash, split: 'test' })
 */
export function frechetDistance(first: FeatureRows, second: FeatureRows): number {
  if (first.size !== second.size) throw refusal('features of one size', `${first.size} and ${second.size}`);
  const [a, b] = [gaussianOf(first), gaussianOf(second)];
  const gap = a.mean.reduce((total, value, index) => total + (value - b.mean[index]!) ** 2, 0);
  const root = rootOf(a.covariance);
  const middle = root.mmul(b.covariance).mmul(root); // has the eigenvalues of Σ₁ Σ₂, and is symmetric
  const cross = eigen(middle).realEigenvalues.reduce((total, value) => total + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, gap + a.covariance.trace() + b.covariance.trace() - 2 * cross);
}

/** Mean and covariance, in float64. */
function gaussianOf({ values, count, size }: FeatureRows): { mean: Float64Array; covariance: Matrix } {
  if (count <= size) throw refusal(`more than ${size} examples, for ${size} features`, `${count}`);
  const mean = new Float64Array(size);
  for (let at = 0; at < values.length; at++) mean[at % size]! += values[at]! / count;
  const covariance = Matrix.zeros(size, size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) centred[i] = values[row * size + i]! - mean[i]!;
    addOuter(covariance, centred, 1 / (count - 1));
  }
  return { mean, covariance: mirrored(covariance) };
}

/** covariance += weight · v vᵀ, in the lower triangle. */
function addOuter(covariance: Matrix, v: Float64Array, weight: number): void {
  for (let i = 0; i < v.length; i++) {
    const scaled = weight * v[i]!;
    if (scaled === 0) continue;
    for (let j = 0; j <= i; j++) covariance.set(i, j, covariance.get(i, j) + scaled * v[j]!);
  }
}

function mirrored(lower: Matrix): Matrix {
  for (let i = 0; i < lower.rows; i++) for (let j = 0; j < i; j++) lower.set(j, i, lower.get(i, j));
  return lower;
}

/** Σ^½ of a symmetric matrix without negative eigenvalues, but for rounding. */
function rootOf(covariance: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix: v } = eigen(covariance);
  const scaled = v.clone();
  for (const [column, value] of realEigenvalues.entries()) scaled.mulColumn(column, Math.sqrt(Math.max(0, value)));
  return scaled.mmul(v.transpose());
}

function eigen(matrix: Matrix): EigenvalueDecomposition {
  const symmetric = Matrix.add(matrix, matrix.transpose()).mul(0.5);
  return new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
}

function refusal(expected: string, received: string) {
  return gmError('GM_SHAPE', {
    where: 'frechetDistance',
    expected,
    received,
    remedy: 'Take the features of both sets by one network, and more examples of each.',
  });
}
