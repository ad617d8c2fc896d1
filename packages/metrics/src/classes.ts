import { checkNumber, gmError } from '@gm/core';
import type { Protocol } from './measurement.js';

/** How evenly labels are spread over the classes. */
export interface ClassBalance {
  /** How many examples each class has. */
  readonly counts: readonly number[];
  /** −Σ pₖ log pₖ in nats, 0 … log classes. */
  readonly entropy: number;
  /** ½ Σ |pₖ − 1/classes|, 0 … 1 − 1/classes. */
  readonly totalVariation: number;
  /** minₖ pₖ, 0 … 1/classes. */
  readonly smallestShare: number;
  /** How many examples, and classes. */
  readonly protocol: Protocol;
}

/**
 * How evenly labels, such as those a classifier gives to generated samples, are spread over the classes. Even a generator that is
 * perfectly balanced shows some distance from uniform by chance: about √((classes − 1) / (2π · count)) in total variation, 0.038 for
 * 1,000 samples of 10 classes.
 *
 * @param labels  whole numbers 0 … classes − 1, at least one
 * @throws GM_LABEL, GM_SHAPE for no label at all, GM_OPTION
 * @example classBalance([0, 0, 1, 2], 4)  // { counts: [2, 1, 1, 0], entropy: 1.04, totalVariation: 0.25, smallestShare: 0, … }
 */
export function classBalance(labels: ArrayLike<number>, classes: number): ClassBalance {
  checkClasses('classBalance', labels, classes);
  const counts = new Array<number>(classes).fill(0);
  for (let index = 0; index < labels.length; index++) counts[labels[index]!]! += 1;
  const shares = counts.map((count) => count / labels.length);
  const sum = (term: (share: number) => number) => shares.reduce((total, share) => total + term(share), 0);
  return {
    counts,
    entropy: sum((share) => (share === 0 ? 0 : -share * Math.log(share))),
    totalVariation: sum((share) => Math.abs(share - 1 / classes)) / 2,
    smallestShare: Math.min(...shares),
    protocol: { count: labels.length, classes },
  };
}

/**
 * Which classes are taken for which: row = true class, column = predicted class.
 *
 * @param predictions  whole numbers 0 … classes − 1, at least one
 * @param labels       the true classes, as many
 * @throws GM_LABEL, GM_SHAPE, GM_OPTION
 * @example confusionMatrix([0, 1, 1], [0, 0, 1], 2)  // [[1, 1], [0, 1]]
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): readonly (readonly number[])[] {
  if (predictions.length !== labels.length) {
    throw gmError('GM_SHAPE', {
      where: 'confusionMatrix',
      expected: 'as many predictions as labels',
      received: `${predictions.length} predictions and ${labels.length} labels`,
      remedy: 'Give both of the same examples.',
    });
  }
  checkClasses('confusionMatrix', labels, classes);
  checkClasses('confusionMatrix', predictions, classes);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let index = 0; index < labels.length; index++) matrix[labels[index]!]![predictions[index]!]! += 1;
  return matrix;
}

function checkClasses(where: string, labels: ArrayLike<number>, classes: number): void {
  checkNumber(where, 'classes', classes, { min: 1, max: 1_000_000, integer: true });
  if (labels.length === 0) {
    throw gmError('GM_SHAPE', {
      where,
      expected: 'at least one label',
      received: 'none',
      remedy: 'Give the labels of some examples.',
    });
  }
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw gmError('GM_LABEL', {
      where,
      expected: `labels 0 … ${classes - 1}`,
      received: `${label} for example ${index}`,
      remedy: 'Set classes to the number of classes, or mend the labels.',
    });
  }
}
