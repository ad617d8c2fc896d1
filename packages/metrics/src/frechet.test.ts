import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { rows, rowsOf } from '../test/rows.js';
import { frechetDistance } from './frechet.js';

describe('the Fréchet distance', () => {
  it('is that of scipy', () => {
    // ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 sqrtm(Σ₁ Σ₂)) with numpy 2.4.6 and scipy 1.17.1 on the same rows.
    expect(frechetDistance(rowsOf(40, 5, 0.9, 0.5), rowsOf(30, 5, 1.3, 0.8))).toBeCloseTo(0.6454392205501536, 10);
  });

  it('in one dimension is (μ₁ − μ₂)² + (σ₁ − σ₂)²', () => {
    // Means 1 and 6, variances 4 and 1/2.
    expect(frechetDistance(rows([[-1], [1], [3]]), rows([[5.5], [6.5]]))).toBeCloseTo(25 + (2 - Math.SQRT1_2) ** 2, 10);
  });

  it('is zero from a set to itself, the same both ways, and grows with a shift by its square', () => {
    const [a, b] = [rowsOf(40, 5, 0.9, 0.5), rowsOf(30, 5, 1.3, 0.8)];
    expect(frechetDistance(a, a)).toBeLessThan(1e-6);
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 8);
    const moved = { ...a, values: a.values.map((value) => value + 3) };
    expect(frechetDistance(a, moved)).toBeCloseTo(5 * 9, 4);
  });

  it('takes features that never change', () => {
    const constant = (value: number) => rows([1, 2, 3, 4].map((x) => [x, value]));
    expect(frechetDistance(constant(0), constant(2))).toBeCloseTo(4, 8);
  });

  it('refuses sets that do not go together or are too small', async () => {
    const a = rowsOf(40, 5, 0.9, 0.5);
    await expectError(() => frechetDistance(a, rowsOf(40, 4, 1, 1)), 'GM_SHAPE', '5 and 4');
    await expectError(() => frechetDistance(a, rowsOf(5, 5, 1, 1)), 'GM_SHAPE', 'more than 5 examples', '5');
  });
});
