import { fc, test } from '@fast-check/vitest';
import { tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { checkFits, checkTensor, misfit, type Range, rangeRemedy, type Spec, showSpec, sizeOf, spec } from './index.js';
import { expectError } from './testing/index.js';

const bound = fc.integer({ min: -3, max: 3 });
const interval = fc.tuple(bound, bound).filter(([low, high]) => low < high);
const anyRange: fc.Arbitrary<Range> = fc.oneof(interval, fc.constantFrom('logits' as const, 'unbounded' as const));
const anySpec = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  dtype: fc.constantFrom('float32' as const, 'int32' as const),
  range: anyRange,
});

describe('spec', () => {
  it('is a shape, float32 and unbounded unless it says more', () => {
    expect(spec([28, 28, 1])).toEqual({ shape: [28, 28, 1], dtype: 'float32', range: 'unbounded' });
    expect(showSpec(spec([10], [0, 9], 'int32'))).toBe('int32 [10] in [0, 9]');
    expect(showSpec(spec([], 'logits'))).toBe('float32 [] in logits');
  });

  it('keeps a shape of its own', () => {
    const shape = [2, 3];
    const kept = spec(shape);
    shape[0] = 7;
    expect(kept.shape).toEqual([2, 3]);
  });

  it.each([[[-1, 3]], [[0]], [[2.5]], [[NaN]]])('refuses the shape %j', async (shape) => {
    await expectError(
      () => spec(shape),
      'GM_SHAPE',
      'positive whole numbers without the batch axis',
      'Leave out the batch axis',
    );
  });

  it.each([[[1, 0]], [[1, 1]], [[0, Infinity]], [[0, NaN]], [[1]], ['probabilities']])(
    'refuses the range %j',
    async (range) => {
      await expectError(() => spec([2], range as never), 'GM_RANGE', "low < high, 'logits' or 'unbounded'");
    },
  );

  it('counts the numbers of one example', () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([28, 28, 1])]).toEqual([1, 3, 784]);
  });
});

describe('fits', () => {
  it('refuse padding that the taking part would count, and let it go where there is none to pass over', () => {
    const symbols = spec([4], [0, 6], 'int32');
    const [filled, otherwise] = [
      { ...symbols, padding: 0 },
      { ...symbols, padding: 6 },
    ];
    expect(misfit(filled, symbols)).toContain('Pass { padding: 0 }');
    expect(misfit(filled, otherwise)).toContain('Pass { padding: 0 }');
    expect([misfit(filled, filled), misfit(symbols, filled)]).toEqual([undefined, undefined]);
    expect(showSpec(filled)).toBe('int32 [4] in [0, 6], filled up with 0');
  });

  test.prop([anySpec])('are reflexive', (one) => {
    expect(misfit(one, one)).toBeUndefined();
  });

  test.prop([interval, interval, interval])('of intervals are transitive', (a, b, c) => {
    fc.pre(rangeRemedy(a, b) === undefined && rangeRemedy(b, c) === undefined);
    expect(rangeRemedy(a, c)).toBeUndefined();
  });

  test.prop([anySpec, anySpec])('fail with one remedy, as an instruction', (from, to) => {
    const remedy = misfit(from, to);
    fc.pre(remedy !== undefined);
    expect(remedy).toMatch(/^(Put|End|Bound|Cast|Change|Leave) .*\.$/);
  });

  test.prop([anyRange, anyRange])('fail with an adapter that mends them', (from, to) => {
    const remedy = rangeRemedy(from, to);
    fc.pre(remedy !== undefined);
    expect(rangeRemedy(mended(from, remedy!), to)).toBeUndefined();
  });

  it.each<[string, Spec, Spec, string]>([
    ['another number type', spec([2], [0, 9], 'int32'), spec([2]), 'Cast to float32 first.'],
    ['an image for a vector', spec([2, 3]), spec([6]), 'Put flatten() between them.'],
    ['a vector for an image', spec([6]), spec([2, 3, 1]), 'Put reshape([2, 3, 1]) between them.'],
    ['another size', spec([784]), spec([256]), 'Change one of the parts: 784 numbers cannot become 256.'],
    ['another interval', spec([2], [-1, 1]), spec([2], [0, 1]), 'Put rescale([-1, 1], [0, 1]) between them.'],
    ['logits for probabilities', spec([2], 'logits'), spec([2], [0, 1]), 'Put sigmoid() between them.'],
    ['any numbers for pixels', spec([2]), spec([2], [0, 1]), 'End the part with sigmoid().'],
    ['any numbers for centered pixels', spec([2]), spec([2], [-1, 1]), 'End the part with tanh().'],
    [
      'any numbers for bytes',
      spec([2]),
      spec([2], [0, 255]),
      'Bound the part with sigmoid() and rescale([0, 1], [0, 255]).',
    ],
    [
      'probabilities for logits',
      spec([2], [0, 1]),
      spec([2], 'logits'),
      'Leave out the last activation, so that the part gives logits.',
    ],
  ])('name both sides and the remedy for %s', async (_, from, to, remedy) => {
    const compose = () => checkFits({ name: 'decoder', spec: from }, { name: 'likelihood', spec: to });
    await expectError(
      compose,
      'GM_FIT',
      `decoder → likelihood: expected ${showSpec(to)}, received ${showSpec(from)}. ${remedy}`,
    );
  });

  it('take a narrower interval, and any real numbers as logits', () => {
    expect(misfit(spec([2], [0, 1]), spec([2], [-1, 1]))).toBeUndefined();
    expect(misfit(spec([2]), spec([2], 'logits'))).toBeUndefined();
    expect(misfit(spec([2], 'logits'), spec([2]))).toBeUndefined();
    expect(() => checkFits({ name: 'a', spec: spec([2]) }, { name: 'b', spec: spec([2]) })).not.toThrow();
  });
});

/** The range after the adapter that the remedy names. */
function mended(from: Range, remedy: string): Range {
  if (remedy.startsWith('Leave')) return 'logits';
  const rescaled = remedy.match(/rescale\(\[.*?\], \[(-?\d+), (-?\d+)\]\)/);
  if (rescaled) return [Number(rescaled[1]), Number(rescaled[2])];
  if (remedy.includes('tanh()')) return [-1, 1];
  return remedy.includes('sigmoid()') ? [0, 1] : from;
}

describe('checkTensor', () => {
  beforeEach(() => useBackend('cpu'));
  const wanted = spec([2, 3]);

  it('passes any batch of what is wanted', () => {
    for (const batch of [1, 5]) expect(() => checkTensor('f', 'x', zeros([batch, 2, 3]), wanted)).not.toThrow();
    expect(() => checkTensor('f', 'x', zeros([4]), spec([]))).not.toThrow();
  });

  it.each([[[2, 3]], [[1, 3, 2]], [[1, 2, 3, 1]], [[]]])('refuses the shape %j', async (shape) => {
    const check = () => checkTensor('f', 'x', zeros(shape as number[]), wanted);
    await expectError(check, 'GM_SHAPE', 'f: expected x of shape [batch, 2, 3], received [', 'Reshape x');
  });

  it('refuses a scalar where one number for each example is wanted', async () => {
    await expectError(() => checkTensor('f', 'x', tensor(1), spec([])), 'GM_SHAPE', 'x of shape [batch], received []');
  });

  it('refuses another number type', async () => {
    const check = () => checkTensor('f', 'x', zeros([1, 2, 3], 'int32'), wanted);
    await expectError(check, 'GM_DTYPE', "x of type float32, received int32. Cast x with cast(x, 'float32').");
  });
});
