import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../test/rows.js';
import { calibration } from './calibration.js';
import { classBalance } from './classes.js';
import { frechetDistance } from './frechet.js';
import { manifoldMeasures } from './manifold.js';
import { checkComparable, difference, type Measurement, measured } from './measurement.js';

const fldOf = (value: number, protocol: Measurement['protocol'] = {}): Measurement => ({
  value,
  standardError: 0.3,
  protocol: { metric: 'FLD', count: 10_000, ...protocol },
});

describe('numbers with their protocols', () => {
  it('are subtracted with their standard errors', () => {
    const { value, standardError } = difference(fldOf(3), { ...fldOf(1), standardError: 0.4 });
    expect(value).toBe(2);
    expect(standardError).toBeCloseTo(0.5, 12);
    const { standardError: none, ...exact } = fldOf(1);
    expect(difference(fldOf(3), exact)).not.toHaveProperty('standardError');
    expect(none).toBe(0.3);
  });

  it('are not compared when they were measured in different ways', async () => {
    expect(() => checkComparable(fldOf(1), fldOf(2))).not.toThrow();
    await expectError(
      () => difference(fldOf(1), fldOf(1, { count: 5000, seed: 2 })),
      'GM_PROTOCOL',
      'count 10000 and 5000',
      'seed none and 2',
    );
  });

  it('are not compared when one does not say how it was measured', async () => {
    const protocols = [{}, { metric: 'FLD' }, undefined, null, 'FLD'] as unknown as Measurement['protocol'][];
    for (const protocol of protocols) {
      const silent = { value: 1, protocol };
      await expectError(() => checkComparable(silent, silent), 'GM_PROTOCOL', 'measured(found');
      await expectError(() => difference(fldOf(1), silent), 'GM_PROTOCOL');
      await expectError(() => difference(silent, fldOf(1)), 'GM_PROTOCOL');
    }
    await expectError(() => checkComparable(0.5 as never, 0.6 as never), 'GM_PROTOCOL', 'received none');
    await expectError(() => checkComparable(undefined as never, null as never), 'GM_PROTOCOL', 'received none');
  });
});

describe('measured', () => {
  const [real, generated] = [rowsOf(40, 5, 0.9, 0.5), rowsOf(30, 5, 1.3, 0.8)];

  it('gives each mean its name, its count and what is told', () => {
    const found = {
      elbo: { mean: -90, standardError: 0.2, count: 10 },
      right: { mean: 1, standardError: 0, count: 8 },
    };
    expect(measured(found, { split: 'test', seed: 1 })).toEqual({
      elbo: { value: -90, standardError: 0.2, protocol: { metric: 'elbo', count: 10, split: 'test', seed: 1 } },
      right: { value: 1, standardError: 0, protocol: { metric: 'right', count: 8, split: 'test', seed: 1 } },
    });
  });

  it('takes what the evaluation says of itself, and lets nobody say otherwise', () => {
    const { coverage, ...others } = measured(manifoldMeasures({ real, generated, k: 3 }), { k: 7, real: 1, seed: 2 });
    expect(coverage).toEqual({ value: 0.75, protocol: { metric: 'coverage', real: 40, generated: 30, k: 3, seed: 2 } });
    expect(Object.keys(others)).toEqual(['precision', 'recall', 'density']);
    const told = { metric: 'mine', count: 1 };
    expect(measured({ elbo: { mean: 1, standardError: 0, count: 9 } }, told).elbo.protocol).toEqual({
      metric: 'elbo',
      count: 9,
    });
    const bins = measured(calibration([0.9, 0.1, 0.2, 0.8], [0, 1], { bins: 4 }), { split: 'test' });
    expect(bins.brier.protocol).toEqual({ metric: 'brier', count: 2, bins: 4, split: 'test' });
  });

  it('leaves out lists and counts', () => {
    const balance = measured(classBalance([0, 1, 0], 2), { seed: 1 });
    expect(Object.keys(balance)).toEqual(['entropy', 'totalVariation', 'smallestShare']);
    expect(balance.entropy.protocol).toEqual({ metric: 'entropy', count: 3, classes: 2, seed: 1 });
    expect(Object.keys(measured({ bits: 2, count: 5 }, { count: 5 }))).toEqual(['bits']);
  });

  it('counts what has a count', () => {
    const told = { real, generated, network: 'abc' };
    const { distance } = measured({ distance: frechetDistance(real, generated) }, told);
    expect(distance.protocol).toEqual({ metric: 'distance', real: 40, generated: 30, network: 'abc' });
  });

  it('refuses numbers that nobody says anything of', async () => {
    await expectError(() => measured({ distance: 3 }, {}), 'GM_PROTOCOL', "split: 'test'");
    await expectError(() => measured({ distance: 3 }, undefined as never), 'GM_PROTOCOL');
  });
});
