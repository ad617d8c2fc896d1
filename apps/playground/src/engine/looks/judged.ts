import type { LabelledExamples } from '@gm/core';
import { type Dataset, epochOf } from '@gm/data';
import { predict } from '@gm/discriminators';
import { confusionMatrix } from '@gm/metrics';
import { dispose } from '@tensorflow/tfjs-core';
import type { Judged } from '../protocol.js';
import type { Session } from '../session.js';
import { examplesAt, firstOf, rowsOf } from './rows.js';

/** What a classifier makes of examples that it was not trained on. */
export async function judged(
  { classifier }: Session,
  test: Dataset<LabelledExamples>,
  count: number,
): Promise<Judged | undefined> {
  if (!classifier || !test.labels || !test.classes) return undefined;
  const [predicted, probabilities]: [number[], number[]] = [[], []];
  const { classes } = test;
  for (const { x, labels } of epochOf(test, { batchSize: 250 })) {
    const prediction = predict(classifier, x);
    const [found, all] = await Promise.all([prediction.labels.data(), prediction.probabilities.data()]);
    for (const [row, label] of Array.from(found).entries()) {
      predicted.push(label);
      probabilities.push(all[row * classes + label]!);
    }
    dispose([x, labels, prediction.labels, prediction.probabilities]);
  }
  const truth = Array.from(test.labels);
  return {
    examples: await rowsOf(examplesAt(test, firstOf(count, test)), test.example, truth.slice(0, count)),
    predicted: predicted.slice(0, count),
    probabilities: probabilities.slice(0, count),
    accuracy: truth.filter((label, index) => label === predicted[index]).length / truth.length,
    confusion: confusionMatrix(predicted, truth, classes).flat(),
    classes,
  };
}
