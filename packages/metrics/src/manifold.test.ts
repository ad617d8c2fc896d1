import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { rows, rowsOf } from '../test/rows.js';
import { manifoldMeasures } from './manifold.js';

describe('precision, recall, density and coverage', () => {
  const [real, generated] = [rowsOf(40, 5, 0.9, 0.5), rowsOf(30, 5, 1.3, 0.8)];

  it.each([
    [3, { precision: 2 / 3, recall: 1, density: 5 / 9, coverage: 0.75 }],
    [5, { precision: 5 / 6, recall: 1, density: 0.66, coverage: 0.975 }],
  ])('are those of the authors’ package for k = %d', (k, expected) => {
    // prdc 0.2 (Naeem et al.) with numpy 2.4.6 on the same rows.
    const found = manifoldMeasures({ real, generated, k });
    for (const [name, value] of Object.entries(expected)) expect(found[name as 'recall']).toBeCloseTo(value, 10);
  });

  it('by hand, on a line', () => {
    // Radii for k = 1. Real 0, 1, 10: 1, 1, 9. Generated 0.5, 1.2: 0.7, 0.7.
    const found = manifoldMeasures({ real: rows([[0], [1], [10]]), generated: rows([[0.5], [1.2]]), k: 1 });
    expect(found.precision).toBe(1); // both lie near 1
    expect(found.recall).toBeCloseTo(2 / 3, 12); // 10 is near neither
    expect(found.density).toBeCloseTo((2 + 2) / 2, 12); // 0.5: near 0 and 1; 1.2: near 1 and, 8.8 away, near 10
    expect(found.coverage).toBe(1);
    expect(found.protocol).toEqual({ real: 3, generated: 2, k: 1 });
  });

  it('find a collapse: good examples, little of the data', () => {
    const data = rows(Array.from({ length: 50 }, (_, index) => [index % 10, Math.floor(index / 10)]));
    const collapsed = rows(Array.from({ length: 50 }, (_, index) => [5 + 1e-3 * index, 2]));
    const found = manifoldMeasures({ real: data, generated: collapsed, k: 3 });
    expect(found.precision).toBe(1);
    expect(found.recall).toBeLessThan(0.1);
    expect(found.coverage).toBeLessThan(0.2);
  });

  it('refuse sets that do not go together, or have too few examples', async () => {
    await expectError(() => manifoldMeasures({ real, generated: rowsOf(30, 4, 1, 1) }), 'GM_SHAPE', '5 and 4');
    await expectError(() => manifoldMeasures({ real, generated: rowsOf(5, 5, 1, 1) }), 'GM_SHAPE', 'k = 5');
    await expectError(() => manifoldMeasures({ real, generated, k: 0 }), 'GM_OPTION', 'k');
  });
});
