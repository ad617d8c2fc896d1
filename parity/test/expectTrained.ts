import { expect } from 'vitest';
import type { Trained } from '../../packages/backends/test/browser/page/train.js';

/** Losses, weights and what was drawn, up to a ten thousandth of the largest number, or of 1. */
export function expectTrained(actual: Trained | undefined, expected: Trained): void {
  for (const name of ['losses', 'weights', 'drawn'] as const) {
    const largest = Math.max(1, ...expected[name].map(Math.abs));
    expect(actual![name], name).toHaveLength(expected[name].length);
    const errors = expected[name].map((number, place) => Math.abs(actual![name][place]! - number));
    // Of NaN, Math.max makes NaN, which is not less.
    expect(Math.max(...errors), name).toBeLessThan(1e-4 * largest);
  }
}
