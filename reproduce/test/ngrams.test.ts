import { describe, expect, it } from 'vitest';
import { bitsUnder, ngrams } from '../src/ngrams.js';

const symbols = Int32Array.of(0, 1, 0, 1, 0, 2);

describe('interpolated n-grams', () => {
  it('weigh what was counted by Witten and Bell', () => {
    const { probability } = ngrams(symbols, { order: 2, vocabulary: 4 });
    // By hand. Without context: N = 6, T = 3, so p(1) = (2 + 3/4) / 9. After 0: counts 1 → 2, 2 → 1; N = 3, T = 2.
    const alone = (2 + 3 / 4) / 9;
    expect(probability(1, new Int32Array())).toBeCloseTo(alone, 12);
    expect(probability(1, Int32Array.of(0))).toBeCloseTo((2 + 2 * alone) / 5, 12);
  });

  it('are a distribution after every context, known or not', () => {
    const { probability } = ngrams(symbols, { order: 3, vocabulary: 4 });
    for (const before of [[], [0], [3], [1, 0], [3, 0], [2, 2]]) {
      const total = [0, 1, 2, 3].reduce((sum, x) => sum + probability(x, Int32Array.from(before)), 0);
      expect(total).toBeCloseTo(1, 12);
    }
  });

  it('cost fewer bits than equal chances on what they were counted in', () => {
    const model = ngrams(symbols, { order: 3, vocabulary: 4 });
    expect(bitsUnder(model, symbols, 2)).toBeLessThan(2);
    const guesses = ngrams(new Int32Array(), { order: 3, vocabulary: 4 });
    expect(bitsUnder(guesses, symbols, 2)).toBeCloseTo(2, 12);
  });
});
