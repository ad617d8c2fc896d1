import { useBackend } from '@gm/backends';
import { type Examples, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { flatten, sequential } from '@gm/networks';
import { add, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { drawn } from './drawn.js';
import { featuresOf } from './features.js';

describe.each(['cpu', 'wasm'] as const)('features on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));
  const plusOne = { apply: (x: Tensor) => add(x, 1) };

  it('come as rows in the order of the examples, from batches of any size, which are freed', async () => {
    const batches = function* (): Generator<Examples> {
      yield {
        x: tensor([
          [1, 2],
          [3, 4],
        ]),
      };
      yield { x: tensor([[5, 6]]) };
    };
    const { values, count, size } = await featuresOf(plusOne, batches());
    expect([[...values], count, size]).toEqual([[2, 3, 4, 5, 6, 7], 3, 2]);
    await expectNoLeak(async () => void (await featuresOf(plusOne, batches())));
  });

  it('are refused where a row is missing, uneven or not finite', async () => {
    await expectError(() => featuresOf(plusOne, []), 'GM_SHAPE', 'at least one batch');
    await expectError(() => featuresOf(plusOne, [{ x: zeros([2, 3, 3]) }]), 'GM_SHAPE', '[2, 3, 3]', 'flatten()');
    await expectError(
      () => featuresOf(plusOne, [{ x: zeros([1, 2]) }, { x: zeros([1, 3]) }]),
      'GM_SHAPE',
      '2 features',
    );
    await expectError(() => featuresOf(plusOne, [{ x: tensor([[Number.NaN]]) }]), 'GM_NOT_FINITE', 'NaN');
    const leaking = async () => {
      await featuresOf(plusOne, [{ x: zeros([2, 3, 3]) }]).catch(() => undefined);
    };
    await expectNoLeak(leaking);
  });
});

describe('drawn', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const generator = {
    sample: (count: number, random: { normal(shape: readonly number[]): Tensor }) => random.normal([count, 2]),
  };

  it('gives as many examples as asked, in batches', async () => {
    const sizes = [...drawn(generator, { count: 5, batchSize: 2, random: seeded(1) })].map(({ x }) => x.shape[0]);
    expect(sizes).toEqual([2, 2, 1]);
    const { count } = await featuresOf(
      sequential(spec([2]), flatten()),
      drawn(generator, { count: 7, random: seeded(1) }),
    );
    expect(count).toBe(7);
  });

  it('refuses to draw nothing', async () => {
    await expectError(() => drawn(generator, { count: 0, random: seeded(1) }), 'GM_OPTION', 'count');
    await expectError(
      () => drawn(generator, { count: 3, batchSize: 0.5, random: seeded(1) }),
      'GM_OPTION',
      'batchSize',
    );
  });
});
