import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { calibration } from './calibration.js';

describe('calibration', () => {
  // Two of three right in the bin of 0.9, none of one in that of 0.6; by hand.
  const probabilities = [0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.6, 0.4];
  const labels = [0, 0, 0, 1];

  it('is the gap between confidence and accuracy, bin by bin', () => {
    const { expectedError } = calibration(probabilities, labels, { bins: 10 });
    expect(expectedError).toBeCloseTo((Math.abs(2 - 2.7) + Math.abs(0 - 0.6)) / 4, 12);
    const together = calibration(probabilities, labels, { bins: 1 });
    expect(together.expectedError).toBeCloseTo(Math.abs(2 - 3.3) / 4, 12);
  });

  it('comes with Brier score and log likelihood', () => {
    const { brier, negativeLogLikelihood } = calibration(probabilities, labels);
    expect(brier).toBeCloseTo((2 * 0.02 + 1.62 + 0.72) / 4, 12);
    expect(negativeLogLikelihood).toBeCloseTo(-(2 * Math.log(0.9) + Math.log(0.1) + Math.log(0.4)) / 4, 12);
  });

  it('is zero for a classifier that is always sure and right', () => {
    const protocol = { count: 2, bins: 15 };
    expect(calibration([1, 0, 0, 1], [0, 1])).toEqual({
      expectedError: 0,
      brier: 0,
      negativeLogLikelihood: 0,
      protocol,
    });
  });

  it('refuses what are no probabilities, labels beyond them, and unequal counts', async () => {
    await expectError(() => calibration([2, -1], [0]), 'GM_RANGE', 'softmax');
    await expectError(() => calibration([0.3, 0.3], [0]), 'GM_RANGE', 'row 0');
    await expectError(() => calibration([Number.NaN, 1], [0]), 'GM_RANGE');
    await expectError(() => calibration([0.5, 0.5], [2]), 'GM_LABEL', '2 at 0');
    await expectError(() => calibration([0.5, 0.5, 0.5], [0, 1]), 'GM_SHAPE', '3 probabilities and 2 labels');
    await expectError(() => calibration([], []), 'GM_SHAPE');
    await expectError(() => calibration([0.5, 0.5], [0], { bins: 0 }), 'GM_OPTION', 'bins');
  });
});
