import { describe, expect, it } from 'vitest';
import { compared, errorOf, missed } from './compare.js';

const { NaN: NOT, POSITIVE_INFINITY } = Number;

describe('errorOf', () => {
  it.each([
    ['equal numbers', [1, -2], [1, -2], 0],
    ['a share of the largest', [1, -100], [2, -100], 0.01],
    ['a difference, of numbers below 1', [0.01, 0], [0.02, 0], 0.01],
    ['a NaN and an infinity in their places', [NOT, POSITIVE_INFINITY, 1], [NOT, POSITIVE_INFINITY, 1], 0],
    ['nothing at all', [], [], 0],
  ])('measures %s', (_, actual, expected, error) => expect(errorOf(actual, expected)).toBeCloseTo(error, 12));

  it.each([
    ['a NaN for a number', [NOT], [1]],
    ['a number for a NaN', [0], [NOT]],
    ['an infinity for a number', [POSITIVE_INFINITY], [1]],
    ['infinity with the other sign', [-POSITIVE_INFINITY], [POSITIVE_INFINITY]],
    ['too few numbers', [1], [1, 1]],
  ])('is infinite for %s', (_, actual, expected) => expect(errorOf(actual, expected)).toBe(POSITIVE_INFINITY));
});

describe('compared', () => {
  it('names the worst tensor of each kind beside its bound', () => {
    const expected = { forward: { a: [1], b: [1] }, gradient: { x: [1] } };
    const actual = { forward: { a: [1], b: [1.5] }, gradient: { x: [1] } };
    const deviations = compared(actual, expected, { forward: 0.1 });
    expect(deviations).toEqual({
      forward: { error: 0.5, where: 'b', bound: 0.1 },
      gradient: { error: 0, where: 'nothing', bound: 1e-4 },
    });
    expect(missed(deviations)).toEqual(['forward is off by 5.0e-1 (bound 0.1) at b']);
  });

  it('misses what is not there, and what should not be there', () => {
    expect(missed(compared({}, { forward: { a: [1] } }))).toHaveLength(1);
    expect(missed(compared({ gradient: { a: [1] } }, {}))).toHaveLength(1);
    expect(missed(compared({ forward: { a: [1], b: [2] } }, { forward: { a: [1] } }))).toHaveLength(1);
  });
});
