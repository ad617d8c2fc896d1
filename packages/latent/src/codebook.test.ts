import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { grad, mul, sum, type Tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CodebookOptions, codebook } from './codebook.js';

const make = (options: Partial<CodebookOptions> = {}) =>
  codebook({ input: spec([2]), size: 3, restartBelow: 0, random: seeded(1), ...options });

/** One with codes of our own. */
const known = (options: Partial<CodebookOptions> = {}) => {
  const book = make(options);
  const codes = tensor2d([
    [0, 0],
    [1, 0],
    [0, 5],
  ]);
  book.buffers!.codes!.assign(codes);
  book.buffers!.sums!.assign(codes);
  return book;
};

describe.each(['cpu', 'wasm'] as const)('codebook on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('gives the nearest code of each place, its number, and the code of a number', async () => {
    const book = known({ input: spec([2, 2]) });
    const x = tensor3d([0.4, 0.1, 0.7, -3, 0.1, 2, 3, 4], [2, 2, 2]);
    await expectClose(book.apply(x), [0, 0, 1, 0, 0, 0, 0, 5]);
    const indices = book.indices(x);
    expect([indices.shape, indices.dtype]).toEqual([[2, 2], 'int32']);
    await expectClose(indices, [0, 1, 0, 2]);
    await expectClose(book.lookup(indices), book.apply(x));
    await expectNoLeak(() => [book.apply(x), book.indices(x), book.lookup(indices)]);
  });

  it('hands gradients through as if it were not there', async () => {
    const book = known();
    const weights = tensor2d([[2, -3]]);
    const slope = grad((x: Tensor) => sum(mul(book.apply(x), weights)));
    await expectClose(slope(tensor2d([[0.2, 0.3]])), [2, -3]);
  });

  it('moves codes to the running means of what chose them, in training alone', async () => {
    const book = known({ decay: 0.5 });
    const x = tensor2d([
      [0.2, 0.4],
      [-0.2, 0],
      [1.5, 0],
    ]);
    await expectNoLeak(() => book.apply(x));
    await expectClose(book.buffers!.codes!, [0, 0, 1, 0, 0, 5]);
    await expectNoLeak(() => {
      // Under the tape too.
      return grad((at: Tensor) => sum(book.apply(at, { training: true })))(x);
    });
    await expectClose(book.buffers!.counts!, [1.5, 1, 0.5]);
    await expectClose(book.buffers!.sums!, [0, 0.2, 1.25, 0, 0, 2.5]);
    await expectClose(book.buffers!.codes!, [0, 0.2 / 1.5, 1.25, 0, 0, 5], 1e-4);
  });

  it('begins a code anew at a vector of the batch when nothing chooses it', async () => {
    const book = known({ decay: 0, restartBelow: 0.5 });
    const x = tensor2d([
      [0.1, 0],
      [1.1, 0],
    ]);
    book.apply(x, { training: true, random: seeded(2) });
    const codes = await book.buffers!.codes!.data();
    await expectClose([...codes].slice(0, 4), [0.1, 0, 1.1, 0], 1e-4);
    expect([0.1, 1.1].some((value) => Math.abs(value - codes[4]!) < 1e-4) && codes[5] === 0).toBe(true);
    await expectClose(book.buffers!.counts!, [1, 1, 1]);
    await expectError(() => book.apply(x, { training: true }), 'GM_RANDOM', 'codebook');
  });
});

describe('codebook', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuses a book of one, and what is no vector, before it makes anything', async () => {
    await expectNoLeak(async () => {
      await expectError(() => make({ size: 1 }), 'GM_OPTION', 'size');
      for (const decay of [-0.1, 1]) await expectError(() => make({ decay }), 'GM_OPTION', 'decay');
      await expectError(() => make({ restartBelow: -1 }), 'GM_OPTION', 'restartBelow');
      await expectError(() => make({ input: spec([]) }), 'GM_FIT', 'codebook');
      await expectError(() => make({ input: spec([4], [0, 9], 'int32') }), 'GM_FIT', 'int32');
      await expectError(() => make({ random: undefined as never }), 'GM_RANDOM', 'codebook');
    });
    const book = make();
    await expectError(() => book.indices(tensor2d([[1, 2, 3]])), 'GM_SHAPE', 'codebook');
    await expectError(() => book.lookup(tensor2d([[1, 2]])), 'GM_DTYPE', 'indices()');
  });
});
