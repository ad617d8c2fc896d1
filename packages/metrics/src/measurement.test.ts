import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { checkComparable, difference, type Measurement } from './measurement.js';

const measured = (value: number, protocol: Measurement['protocol'] = {}): Measurement => ({
  value,
  standardError: 0.3,
  protocol: { metric: 'FLD', count: 10_000, ...protocol },
});

describe('numbers with their protocols', () => {
  it('are subtracted with their standard errors', () => {
    const { value, standardError } = difference(measured(3), { ...measured(1), standardError: 0.4 });
    expect(value).toBe(2);
    expect(standardError).toBeCloseTo(0.5, 12);
    const { standardError: none, ...exact } = measured(1);
    expect(difference(measured(3), exact)).not.toHaveProperty('standardError');
    expect(none).toBe(0.3);
  });

  it('are not compared when they were measured in different ways', async () => {
    expect(() => checkComparable(measured(1), measured(2))).not.toThrow();
    await expectError(
      () => difference(measured(1), measured(1, { count: 5000, seed: 2 })),
      'GM_PROTOCOL',
      'count 10000 and 5000',
      'seed none and 2',
    );
  });
});
