import { fc, it as property } from '@fast-check/vitest';
import { seeded } from '@gm/core';
import { describe, expect, it } from 'vitest';
import { classBalance, confusionMatrix } from './classes.js';

describe('classBalance', () => {
  it('counts by hand', () => {
    expect(classBalance([0, 0, 1, 2], 4)).toEqual({
      counts: [2, 1, 1, 0],
      entropy: expect.closeTo(1.5 * Math.LN2, 12),
      totalVariation: 0.25,
      smallestShare: 0,
      protocol: { count: 4, classes: 4 },
    });
  });

  it('knows the two ends: even, and all of one class', () => {
    const even = classBalance(Int32Array.of(0, 1, 2, 3, 4), 5);
    expect(even).toMatchObject({ entropy: expect.closeTo(Math.log(5), 12), totalVariation: 0, smallestShare: 0.2 });
    expect(classBalance([3, 3], 5)).toMatchObject({ entropy: 0, totalVariation: 0.8, smallestShare: 0 });
  });

  it('shows as much distance by chance as its docstring says', () => {
    const random = seeded(1);
    const draw = () => random.uniforms(1000).map((value) => Math.floor(10 * value));
    const distances = Array.from({ length: 400 }, () => classBalance(draw(), 10).totalVariation);
    expect(distances.reduce((sum, distance) => sum + distance, 0) / 400).toBeCloseTo(
      Math.sqrt(9 / (2 * Math.PI * 1000)),
      2.5,
    );
  });

  property.prop([fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 100 })])(
    'keeps its bounds',
    (labels) => {
      const { counts, entropy, totalVariation, smallestShare } = classBalance(labels, 7);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(labels.length);
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(Math.log(7) + 1e-12);
      expect(totalVariation).toBeLessThanOrEqual(6 / 7 + 1e-12);
      expect(smallestShare).toBeLessThanOrEqual(1 / 7);
    },
  );

  it('refuses labels out of range, none, and a number of classes that is none', () => {
    for (const label of [4, -1, 0.5, Number.NaN]) {
      expect(() => classBalance([0, label], 4)).toThrow(
        `classBalance: expected labels 0 … 3, received ${label} for example 1. Set classes to the number of classes, or mend the labels.`,
      );
    }
    expect(() => classBalance([], 4)).toThrow(
      'classBalance: expected at least one label, received none. Give the labels of some examples.',
    );
    expect(() => classBalance([0], 0)).toThrow('classBalance: expected classes');
  });
});

describe('confusionMatrix', () => {
  it('counts by hand: true class down, predicted class across', () => {
    expect(confusionMatrix([0, 1, 1, 2, 2], [0, 0, 1, 2, 1], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
  });

  it('refuses lists of different lengths, and classes out of range on either side', () => {
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(
      'confusionMatrix: expected as many predictions as labels, received 2 predictions and 1 labels. Give both of the same examples.',
    );
    expect(() => confusionMatrix([0], [2], 2)).toThrow(expect.objectContaining({ code: 'GM_LABEL' }));
    expect(() => confusionMatrix([2], [0], 2)).toThrow(expect.objectContaining({ code: 'GM_LABEL' }));
  });
});
