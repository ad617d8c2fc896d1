import {
  checkFits,
  checkNumber,
  type Examples,
  gmError,
  type LabelledExamples,
  type PartlyLabelled,
  type SeededRandom,
} from '@gm/core';
import { type Batches, batches } from './batches.js';
import type { Dataset } from './dataset.js';
import { subset } from './subset.js';
import type { Transform } from './transform.js';

/** Options of `semiSupervised`. */
export interface SemiSupervisedOptions {
  /** Unlabelled examples in a batch. */
  readonly batchSize: number;
  /** Labelled examples in a batch. Default as many, or all there are. */
  readonly labelled?: number;
  readonly random: SeededRandom;
  /** What is done to x, anew in every batch, to either kind. */
  readonly transform?: Transform;
}

/**
 * Batches of few labelled examples beside many unlabelled ones. An epoch is one of the unlabelled; the labelled ones come round as often as
 * they must.
 *
 * @returns batches { x, labels, unlabelled }
 * @throws GM_FIT when the two sets hold different examples; GM_LABEL when the first has no labels; GM_OPTION as `batches`
 * @example semiSupervised(balanced(mnist, 10, seeded(1)), mnist, { batchSize: 100, random: seeded(2) })
 */
export function semiSupervised(
  few: Dataset<LabelledExamples>,
  many: Dataset,
  { batchSize, labelled = Math.min(batchSize, few.count), random, transform }: SemiSupervisedOptions,
): Batches<PartlyLabelled> {
  checkFits({ name: 'unlabelled', spec: many.example }, { name: 'labelled', spec: few.example });
  if (few.labels === undefined || few.classes === undefined) throw unlabelled('semiSupervised');
  const shared = transform && { transform };
  const known = batches(few, { batchSize: labelled, random: random.split('labelled'), ...shared });
  const unknown = batches(many, { batchSize, random: random.split('unlabelled'), ...shared });
  return {
    ...unknown,
    classes: few.classes,
    at(step) {
      const { x: without, ...rest } = unknown.at(step) as Examples & Partial<LabelledExamples>;
      rest.labels?.dispose();
      const { x, labels } = known.at(step);
      return { x, labels, unlabelled: without };
    },
  };
}

/**
 * As many examples of each class, drawn at random.
 *
 * @throws GM_LABEL when the set has no labels, or a class has too few examples; GM_OPTION when `perClass` is not a positive whole number
 * @example balanced(mnist, 10, seeded(1)).count  // 100
 */
export function balanced<Batch extends Examples>(
  dataset: Dataset<Batch>,
  perClass: number,
  random: SeededRandom,
): Dataset<Batch> {
  checkNumber('balanced', 'perClass', perClass, { min: 1, integer: true });
  const { labels, classes, count } = dataset;
  if (labels === undefined || classes === undefined) throw unlabelled('balanced');
  const chosen: number[][] = Array.from({ length: classes }, () => []);
  for (const index of random.permutation(count)) {
    const ofClass = chosen[labels[index]!]!;
    if (ofClass.length < perClass) ofClass.push(index);
  }
  const short = chosen.findIndex(({ length }) => length < perClass);
  if (short < 0) return subset(dataset, chosen.flat());
  throw gmError('GM_LABEL', {
    where: 'balanced',
    expected: `at least ${perClass} examples of each class`,
    received: `${chosen[short]!.length} of class ${short}`,
    remedy: 'Ask for fewer of each.',
  });
}

function unlabelled(where: string) {
  return gmError('GM_LABEL', {
    where,
    expected: 'labelled examples',
    received: 'a set without labels',
    remedy: 'Read the set with its labels.',
  });
}
