import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { cosine, linear } from './index.js';

describe('linear', () => {
  it('rises in a straight line and then stays', () => {
    const beta = linear({ from: 0, to: 2, steps: 4 });
    expect([0, 1, 2, 4, 9].map(beta)).toEqual([0, 0.5, 1, 2, 2]);
  });
});

describe('cosine', () => {
  it('falls along half a cosine and then stays', () => {
    const rate = cosine({ from: 1, to: 0.2, steps: 8 });
    expect(rate(0)).toBe(1);
    expect(rate(4)).toBeCloseTo(0.6, 12);
    expect(rate(8)).toBeCloseTo(0.2, 12);
    expect(rate(80)).toBeCloseTo(0.2, 12);
  });
});

it.each([linear, cosine])('%o refuses a length that is not a positive whole number', async (schedule) => {
  await expectError(() => schedule({ from: 0, to: 1, steps: 0 }), 'GM_OPTION', 'steps');
  await expectError(() => schedule({ from: 0, to: 1, steps: 1.5 }), 'GM_OPTION', 'steps');
  await expectError(() => schedule({ from: Number.NaN, to: 1, steps: 2 }), 'GM_OPTION', 'from');
  await expectError(() => schedule({ from: 0, to: Infinity, steps: 2 }), 'GM_OPTION', 'to');
});
