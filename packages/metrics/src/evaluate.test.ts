import { useBackend } from '@gm/backends';
import { expectError, expectNoLeak } from '@gm/core/testing';
import {
  add,
  log,
  mean,
  memory,
  neg,
  relu,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';

/** Batches of 1, 2, 3 … 10 in threes. */
function* numbers() {
  for (let start = 1; start <= 10; start += 3) {
    yield { x: tensor1d([start, start + 1, start + 2].filter((number) => number <= 10)) };
  }
}

const squares = ({ x }: { x: Tensor }) => ({ value: x, squared: square(x) });

describe.each(['cpu', 'wasm'] as const)('evaluate on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('weighs each example alike, the batch that is not full included', async () => {
    const { value, squared } = await evaluate(numbers(), squares);
    // Of 1 … 10: mean 5.5, variance with n − 1: 9.1667; of their squares: 38.5 and 1167.8333.
    expect(value).toEqual({ mean: 5.5, standardError: expect.closeTo(Math.sqrt(55 / 6 / 10), 12), count: 10 });
    expect(squared.mean).toBeCloseTo(38.5, 10);
    expect(squared.standardError).toBeCloseTo(Math.sqrt(10510.5 / 9 / 10), 8);
  });

  it('takes batches that come later', async () => {
    async function* later() {
      yield* numbers();
    }
    expect((await evaluate(later(), squares)).value.mean).toBe(5.5);
  });

  it('keeps a small spread beside a large mean', async () => {
    const far = [{ x: tensor1d([0, 1]) }, { x: tensor1d([2, 3]) }];
    const shifted = evaluate(far, ({ x }) => ({ value: add(x, 2 ** 20) }));
    expect((await shifted).value.standardError).toBeCloseTo(Math.sqrt(5 / 3 / 4), 10);
  });

  it('knows no standard error of a single example', async () => {
    const { value } = await evaluate([{ x: tensor1d([4]) }], squares);
    expect(value).toEqual({ mean: 4, standardError: Number.NaN, count: 1 });
  });

  it('frees the batches and the measures', async () => {
    await expectNoLeak(async () => {
      await evaluate(numbers(), squares);
    });
  });

  it('frees them on the way out of an error too, and asks for no further batch', async () => {
    const before = memory().numTensors;
    let asked = 0;
    function* counted() {
      for (const batch of numbers()) {
        asked += 1;
        yield batch;
      }
    }
    const failing = evaluate(counted(), () => {
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect([memory().numTensors, asked]).toEqual([before, 1]);
  });

  it('refuses measures that are not one value for each example', async () => {
    await expect(evaluate(numbers(), ({ x }) => ({ average: mean(x) }))).rejects.toThrow(
      'evaluate: expected average of shape [3], one value for each example, received []. Leave out the mean over the batch, and sum over all other axes.',
    );
    await expectError(() => evaluate(numbers(), ({ x }) => ({ rows: reshape(x, [-1, 1]) })), 'GM_SHAPE');
  });

  it('refuses what is not finite, and frees all', async () => {
    const before = memory().numTensors;
    const broken = () => evaluate(numbers(), ({ x }) => ({ fine: x, root: sqrt(sub(x, 5)) }));
    await expectError(broken, 'GM_NOT_FINITE', 'a finite root', 'NaN for example 0');
    expect(memory().numTensors).toBe(before);
    const endless = () => evaluate(numbers(), ({ x }) => ({ nats: neg(log(relu(sub(x, 2)))) }));
    await expectError(endless, 'GM_NOT_FINITE', 'Infinity for example 0');
  });

  it('refuses to measure nothing', async () => {
    await expect(evaluate([], squares)).rejects.toThrow(
      'evaluate: expected at least one batch and one measure, received none. Give batches that are not used up, such as epochOf(dataset, { batchSize }).',
    );
  });
});
