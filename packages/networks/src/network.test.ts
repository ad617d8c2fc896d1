import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { add, mul, ones, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { constant } from './initializer.js';
import { network } from './network.js';

const identity = () => network({ name: 'mine', input: spec([2]), output: spec([2]), apply: (x: Tensor) => x });

describe('network', () => {
  beforeAll(() => useBackend('cpu'));

  it('tidies up after the computation', async () => {
    const whole = network({ name: 'mine', input: spec([2]), output: spec([2]), apply: (x) => add(mul(x, 2), 1) });
    const x = ones([3, 2]);
    await expectNoLeak(() => whole.apply(x));
    await expectSame(whole.apply(x), [3, 3, 3, 3, 3, 3]);
  });

  it('gives the caller a tensor of its own even when the computation gives back its argument', async () => {
    const x = seeded(1).normal([1, 2]);
    const y = identity().apply(x);
    y.dispose();
    expect(x.isDisposed).toBe(false);
  });

  it('hands on how it is evaluated', () => {
    const seen: unknown[] = [];
    const whole = network({
      name: 'mine',
      input: spec([2]),
      output: spec([2]),
      apply(x, options) {
        seen.push(options);
        return x;
      },
    });
    whole.apply(ones([1, 2]));
    whole.apply(ones([1, 2]), { training: true });
    expect(seen).toEqual([{}, { training: true }]);
  });

  it('checks shape and type at its door', async () => {
    const [rows, integers] = [ones([2]), ones([1, 2], 'int32')];
    await expectNoLeak(() =>
      expectError(() => identity().apply(rows), 'GM_SHAPE', 'mine: expected x of shape [batch, 2], received [2].'),
    );
    await expectNoLeak(() =>
      expectError(
        () => identity().apply(integers),
        'GM_DTYPE',
        'mine: expected x of type float32, received int32. Cast x',
      ),
    );
  });

  it('frees its variables once, and refuses work afterwards', async () => {
    await expectNoLeak(async () => {
      const x = ones([1, 2]);
      const [weight, buffer] = [constant([2], 1), constant([2], 1, false)];
      const whole = network({
        name: 'mine',
        input: spec([2]),
        output: spec([2]),
        parameters: { weight },
        buffers: { buffer },
        apply: (tensor) => mul(tensor, weight),
      });
      whole.dispose();
      whole.dispose();
      expect([weight.isDisposed, buffer.isDisposed]).toEqual([true, true]);
      await expectError(
        () => whole.apply(x),
        'GM_DISPOSED',
        'mine: expected a network in use, received one after its dispose(). Build it again, or dispose of it later.',
      );
      x.dispose();
    });
  });
});
