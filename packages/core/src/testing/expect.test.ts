import { tensor, tensor1d, tensor2d, tidy, variable, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../../test/backend.js';
import { gmError, spec } from '../index.js';
import { draw, drawExamples, expectClose, expectError, expectNoLeak, expectSame, tensorOf } from './index.js';

beforeEach(() => useBackend('cpu'));

describe('expectClose', () => {
  it('measures errors against the largest expected magnitude', async () => {
    await expectClose([1000, 1.001], [1000, 1], 1e-5);
    await expect(expectClose([1.001, 1], [1, 1], 1e-5)).rejects.toThrow(
      'expected values within 0.00001, received 1.001 instead of 1 at [0], a relative error of 0.00100.',
    );
  });

  it('measures against the floor where all expected numbers are small', async () => {
    await expectClose([1e-9], [0], 1e-5);
    await expect(expectClose([1e-7], [0], 1e-5)).rejects.toThrow('a relative error of 0.000100');
    await expectClose([1e-7], [0], 1e-5, { floor: 1 });
  });

  it('takes tensors, lists and numbers, and compares shapes where both have one', async () => {
    await expectClose(tensor2d([[1, 2]]), tensor2d([[1, 2]]));
    await expectClose(tensor2d([[1, 2]]), [1, 2]);
    await expectClose(2, Float64Array.of(2));
    await expect(expectClose(tensor1d([1, 2]), tensor2d([[1, 2]]))).rejects.toThrow('of shape [1, 2], received [2]');
    await expect(expectClose([1, 2], [1], 1, { what: 'losses' })).rejects.toThrow(
      'expected losses to be 1 numbers, received 2',
    );
  });

  it('names the worst place of a tensor', async () => {
    const check = expectClose(tensor([1, 2, 3, 4, 5, 7], [2, 3]), [1, 2, 3, 4.1, 5, 6]);
    await expect(check).rejects.toThrow('received 7 instead of 6 at [1, 2]');
  });

  it.each([
    [NaN, NaN],
    [NaN, 1],
    [1, NaN],
    [Infinity, 1],
    [1, Infinity],
    [Infinity, -Infinity],
  ])('never takes %s for %s', async (actual, expected) => {
    await expect(expectClose([0, actual], [0, expected], 1e9)).rejects.toThrow(
      `received ${actual} instead of ${expected}`,
    );
  });

  it('takes an infinity for itself, and still looks at the other numbers', async () => {
    await expectClose([Infinity, -Infinity, 1], [Infinity, -Infinity, 1]);
    await expect(expectClose([Infinity, 2], [Infinity, 1])).rejects.toThrow('received 2 instead of 1 at [1]');
  });

  it('takes empty for empty', async () => {
    await expectClose([], []);
  });
});

describe('expectSame', () => {
  it('passes the same bits, NaN among them', async () => {
    await expectSame(tensor1d([1, NaN, -0]), [1, NaN, -0]);
  });

  it('refuses the smallest difference, of sign, of shape, of type', async () => {
    await expect(expectSame([0.1 + 0.2], [0.3])).rejects.toThrow('to be 0.3 at [0], received 0.30000000000000004');
    await expect(expectSame([-0], [0])).rejects.toThrow('to be 0 at [0], received -0');
    await expect(expectSame(zeros([2]), zeros([1, 2]))).rejects.toThrow('of shape [1, 2], received [2]');
    await expect(expectSame(zeros([2]), zeros([2], 'int32'), 'labels')).rejects.toThrow(
      'labels of type int32, received float32',
    );
  });
});

describe.each(backends)('expectNoLeak on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('frees what the work returns, nested as it may be', async () => {
    await expectNoLeak(() => zeros([2]));
    await expectNoLeak(async () => ({
      loss: zeros([]),
      grads: [zeros([2]), { w: zeros([1]) }],
      name: 'x',
      none: undefined,
    }));
    await expectNoLeak(() => tidy(() => variable(zeros([2]))));
    await expectNoLeak(() => undefined);
  });

  it('counts what is left, and what is missing', async () => {
    const leak = expectNoLeak(() => void zeros([2]));
    await expect(leak).rejects.toThrow(/expected \d+ tensors as before, received 1 more. Wrap the work in tidy\(\)/);
    const borrowed = zeros([2]);
    await expect(expectNoLeak(() => borrowed)).rejects.toThrow('received 1 fewer. Leave arguments alone');
  });

  it('passes an error on, and reports a leak beside it with the error as the cause', async () => {
    const broken = new Error('broken');
    const clean = expectNoLeak(() =>
      tidy(() => {
        zeros([2]);
        throw broken;
      }),
    );
    await expect(clean).rejects.toBe(broken);
    const leaky = expectNoLeak(() => {
      zeros([2]);
      throw broken;
    });
    await expect(leaky).rejects.toMatchObject({ message: expect.stringContaining('1 more'), cause: broken });
  });
});

describe('expectError', () => {
  const error = gmError('GM_SHAPE', { where: 'f', expected: 'a', received: 'b', remedy: 'Give a.' });
  const fails = () => {
    throw error;
  };

  it('gives the error back when code and words are right, thrown or rejected', async () => {
    expect(await expectError(fails, 'GM_SHAPE', 'expected a', 'Give a.')).toBe(error);
    expect(await expectError(async () => fails(), 'any')).toBe(error);
  });

  it('says what came instead', async () => {
    await expect(expectError(fails, 'GM_FIT')).rejects.toThrow(
      "expected an error with code GM_FIT, received GM_SHAPE 'f: expected a",
    );
    await expect(expectError(fails, 'GM_SHAPE', 'xx', 'b.', 'yy')).rejects.toThrow(
      "expected a message with 'xx' and 'yy', received 'f:",
    );
    await expect(expectError(() => 1, 'any')).rejects.toThrow('expected an error with a GM_ code, received none.');
    const plain = () => Promise.reject(new RangeError('too big'));
    await expect(expectError(plain, 'any')).rejects.toThrow("received RangeError 'too big'");
    const text = () => Promise.reject('no');
    await expect(expectError(text, 'any')).rejects.toThrow("received 'no'");
  });

  it('frees what came instead of an error', async () => {
    await expectNoLeak(async () => {
      await expect(expectError(() => zeros([2]), 'any')).rejects.toThrow('received none');
    });
  });
});

describe('inputs', () => {
  it('are the same for the same seed, and inside their range', () => {
    expect(draw([2, 3])).toEqual(draw([2, 3]));
    expect(draw([2, 3], { seed: 1 })).not.toEqual(draw([2, 3]));
    const { values } = draw([1000], { range: [-1, 0] });
    expect(Array.from(values).every((value) => value >= -1 && value <= 0)).toBe(true);
  });

  it('are examples of a spec', async () => {
    const labels = drawExamples(spec([], [0, 9], 'int32'), 1000);
    expect([...new Set(Array.from(labels.values))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const tensors = [labels, drawExamples(spec([4], [0, 1]), 2), drawExamples(spec([4], 'unbounded', 'bool'), 2)].map(
      tensorOf,
    );
    expect(tensors.map(({ dtype, shape }) => `${dtype} ${shape}`)).toEqual(['int32 1000', 'float32 2,4', 'bool 2,4']);
  });
});
