import { checkNumber, gmError } from '@gm/core';
import type { Protocol } from './measurement.js';

/** How far the probabilities of a classifier can be believed. */
export interface Calibration {
  /** Expected calibration error, 0 … 1. */
  readonly expectedError: number;
  /** Brier score, 0 … 2: the mean squared distance of the probabilities from the truth. */
  readonly brier: number;
  /** Mean −log p(label), nats. */
  readonly negativeLogLikelihood: number;
  /** How many examples, and the bins. */
  readonly protocol: Protocol;
}

export interface CalibrationOptions {
  /** Intervals of equal width that confidences are sorted into. Default 15. */
  readonly bins?: number;
}

/**
 * Calibration of a classifier on labelled examples.
 *
 *   ECE = Σ_b n_b / N · |accuracy_b − confidence_b|,   over bins b of the largest probability
 *   Brier = 1/N Σₙ Σₖ (pₙₖ − 1[k = yₙ])²
 *
 * @param probabilities  row after row, count · classes; the softmax of logits, not the logits
 * @param labels         0 … classes − 1
 * @throws GM_SHAPE when the counts do not go together; GM_RANGE when a row is no distribution; GM_LABEL for a label beyond the classes;
 *   GM_OPTION when `bins` is not a positive whole number
 * @see Guo, Pleiss, Sun & Weinberger (2017), On calibration of modern neural networks, section 2, arXiv:1706.04599; Brier (1950)
 * @example calibration(await softmax(logits).data(), await labels.data())
 */
export function calibration(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { bins = 15 }: CalibrationOptions = {},
): Calibration {
  checkNumber('calibration', 'bins', bins, { min: 1, integer: true });
  const count = labels.length;
  const classes = probabilities.length / count;
  if (count === 0 || !Number.isInteger(classes) || classes < 2) throw unequal(probabilities.length, count);
  const sums = Array.from({ length: bins }, () => ({ right: 0, confidence: 0 }));
  let [brier, nats] = [0, 0];
  for (let n = 0; n < count; n++) {
    const row = Array.from({ length: classes }, (_, k) => probabilities[n * classes + k]!);
    const label = labels[n]!;
    checkRow(row, label, n);
    const confidence = Math.max(...row);
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.confidence += confidence;
    bin.right += row.indexOf(confidence) === label ? 1 : 0;
    brier += row.reduce((total, p, k) => total + (p - (k === label ? 1 : 0)) ** 2, 0);
    nats -= Math.log(row[label]!);
  }
  const gaps = sums.reduce((total, { right, confidence }) => total + Math.abs(right - confidence), 0);
  const protocol = { count, bins };
  return { expectedError: gaps / count, brier: brier / count, negativeLogLikelihood: nats / count, protocol };
}

function checkRow(row: readonly number[], label: number, n: number): void {
  const total = row.reduce((sum, p) => sum + p, 0);
  if (!(Math.abs(total - 1) < 1e-3 && row.every((p) => p >= 0))) {
    throw gmError('GM_RANGE', {
      where: 'calibration',
      expected: 'rows of probabilities that add up to 1',
      received: `${row.map((p) => p.toPrecision(3)).join(', ')} in row ${n}`,
      remedy: 'Give softmax(logits), not the logits.',
    });
  }
  if (Number.isInteger(label) && label >= 0 && label < row.length) return;
  throw gmError('GM_LABEL', {
    where: 'calibration',
    expected: `labels from 0 to ${row.length - 1}`,
    received: `${label} at ${n}`,
    remedy: 'Give the labels of the same examples.',
  });
}

function unequal(probabilities: number, labels: number) {
  return gmError('GM_SHAPE', {
    where: 'calibration',
    expected: 'at least one label, and as many rows of two or more probabilities',
    received: `${probabilities} probabilities and ${labels} labels`,
    remedy: 'Give both of the same examples, row after row.',
  });
}
