import { checkNumber, gmError } from '@gm/core';
import type { FeatureRows } from './features.js';
import type { Protocol } from './measurement.js';

/** How generated examples lie among real ones. */
export interface ManifoldMeasures {
  /** The share of generated examples that lie in the neighbourhood of a real one: how good they are. */
  readonly precision: number;
  /** The share of real examples that lie in the neighbourhood of a generated one: how much of the data is there. */
  readonly recall: number;
  /** In how many neighbourhoods of real examples a generated one lies, over k, on average; 1 for the distribution of the data. */
  readonly density: number;
  /** The share of real examples with a generated one in their neighbourhood. */
  readonly coverage: number;
  /** How many examples of either set, and k. */
  readonly protocol: Protocol;
}

/**
 * Precision, recall, density and coverage of generated examples by their k nearest neighbours among features.
 *
 *   B(x) = the ball around x that reaches to its k-th nearest neighbour of the same set
 *   precision = meanⱼ 1[yⱼ in some B(xᵢ)],   recall = meanᵢ 1[xᵢ in some B(yⱼ)]
 *   density = 1/(k M) Σⱼ Σᵢ 1[yⱼ in B(xᵢ)],   coverage = meanᵢ 1[some yⱼ in B(xᵢ)],   x real, y generated, M of them
 *
 * Time grows with the product of the counts: 10,000 against 10,000 examples of 64 features take about a minute on one processor.
 *
 * @throws GM_SHAPE when the features differ in size, or a set has at most k examples; GM_OPTION when k is not a positive whole number
 * @see Kynkäänniemi et al. (2019), Improved precision and recall metric for assessing generative models, arXiv:1904.06991;
 *   Naeem et al. (2020), Reliable fidelity and diversity metrics for generative models, section 3, arXiv:2002.09797
 * @example manifoldMeasures({ real, generated, k: 5 })
 */
export function manifoldMeasures(sets: {
  readonly real: FeatureRows;
  readonly generated: FeatureRows;
  /** Default 5. */
  readonly k?: number;
}): ManifoldMeasures {
  const { real, generated, k = 5 } = sets;
  checkNumber('manifoldMeasures', 'k', k, { min: 1, integer: true });
  checkSets(real, generated, k);
  const [realRadii, generatedRadii] = [radiiOf(real, k), radiiOf(generated, k)];
  const covered = new Uint8Array(real.count);
  const recalled = new Uint8Array(real.count);
  let [precise, dense] = [0, 0];
  for (let j = 0; j < generated.count; j++) {
    let balls = 0;
    for (let i = 0; i < real.count; i++) {
      const distance = squaredDistance(real, i, generated, j);
      if (distance <= generatedRadii[j]!) recalled[i] = 1;
      if (distance > realRadii[i]!) continue;
      balls += 1;
      covered[i] = 1;
    }
    precise += balls > 0 ? 1 : 0;
    dense += balls;
  }
  return {
    precision: precise / generated.count,
    recall: shareOf(recalled),
    density: dense / (k * generated.count),
    coverage: shareOf(covered),
    protocol: { real: real.count, generated: generated.count, k },
  };
}

/** The squared distance of each row to its k-th nearest other row. */
function radiiOf(rows: FeatureRows, k: number): Float64Array {
  return Float64Array.from({ length: rows.count }, (_, i) => {
    const nearest: number[] = []; // the k smallest so far, in order
    for (let j = 0; j < rows.count; j++) {
      if (j === i) continue;
      const distance = squaredDistance(rows, i, rows, j);
      if (nearest.length === k && distance >= nearest[k - 1]!) continue;
      const place = nearest.findIndex((other) => other > distance);
      nearest.splice(place < 0 ? nearest.length : place, 0, distance);
      if (nearest.length > k) nearest.pop();
    }
    return nearest[k - 1]!;
  });
}

function squaredDistance(a: FeatureRows, i: number, b: FeatureRows, j: number): number {
  const { size } = a;
  let [total, p, q] = [0, i * size, j * size];
  for (const end = p + size; p < end; p++, q++) {
    const gap = a.values[p]! - b.values[q]!;
    total += gap * gap;
  }
  return total;
}

function shareOf(marks: Uint8Array): number {
  return marks.reduce((total, mark) => total + mark, 0) / marks.length;
}

function checkSets(real: FeatureRows, generated: FeatureRows, k: number): void {
  const refusal = (expected: string, received: string) =>
    gmError('GM_SHAPE', {
      where: 'manifoldMeasures',
      expected,
      received,
      remedy: 'Take the features of both sets by one network, and more examples than neighbours.',
    });
  if (real.size !== generated.size) throw refusal('features of one size', `${real.size} and ${generated.size}`);
  const least = Math.min(real.count, generated.count);
  if (least <= k) throw refusal(`more than k = ${k} examples in either set`, `${least}`);
}
