import { useBackend } from '@gm/backends';
import type { Encoder, GaussianPosterior } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { add, cast, expandDims, mul, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activeUnits } from './activeUnits.js';

/** Means x · weights, so that the variance of each unit is that of x times weight². */
const encoder: Encoder<GaussianPosterior> = {
  encode(x) {
    const mean = mul(x, tensor1d([1, 0.1, 0.01, 0]));
    return { mean, logVariance: zeros(mean.shape), sample: () => mean, logProb: () => zeros([x.shape[0]!]) };
  },
};

/** −1, 1, −2, 2: mean 0, variance with n − 1: 10/3. */
function* batches() {
  yield { x: tensor2d([[-1], [1], [-2]]) };
  yield { x: tensor2d([[2]]) };
}

describe.each(['cpu', 'wasm'] as const)('activeUnits on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('counts the units whose mean varies', async () => {
    const { active, variances } = await activeUnits({ encoder, batches: batches() });
    expect(active).toBe(2);
    expect(variances).toEqual([10 / 3, 10 / 3e2, 10 / 3e4, 0].map((variance) => expect.closeTo(variance, 6)));
  });

  it('tells a conditional encoder the labels of each batch', async () => {
    const conditional: Encoder<GaussianPosterior> = {
      encode: (x, options) => encoder.encode(add(mul(x, 0), expandDims(cast(options!.condition!, 'float32'), 1))),
    };
    const labelled = () =>
      [[-1, 1, -2], [2]].map((labels) => ({ x: zeros([labels.length, 1]), labels: tensor1d(labels, 'int32') }));
    const { active, variances } = await activeUnits({ encoder: conditional, batches: labelled() });
    expect(active).toBe(2);
    expect(variances[0]).toBeCloseTo(10 / 3, 6);
    await expectNoLeak(async () => void (await activeUnits({ encoder: conditional, batches: labelled() })));
  });

  it('refuses codes that have no mean', async () => {
    const categorical = {
      encode: (x: Tensor) => ({ logits: mul(x, 2), sample: () => x, logProb: () => zeros([x.shape[0]!]) }),
    };
    const units = () => activeUnits({ encoder: categorical as never, batches: batches() });
    await expectError(units, 'GM_FIT', 'posteriors with logits, sample, logProb');
    await expectNoLeak(async () => void (await units().catch(() => undefined)));
  });

  it('says how many examples it saw, and the threshold', async () => {
    const { protocol } = await activeUnits({ encoder, batches: batches(), threshold: 0.5 });
    expect(protocol).toEqual({ count: 4, threshold: 0.5 });
  });

  it('takes another threshold', async () => {
    expect((await activeUnits({ encoder, batches: batches(), threshold: 1 })).active).toBe(1);
  });

  it('frees the batches', async () => {
    await expectNoLeak(async () => {
      await activeUnits({ encoder, batches: batches() });
    });
  });

  it('refuses fewer than two examples, and a threshold that is none', async () => {
    await expect(activeUnits({ encoder, batches: [{ x: tensor2d([[1]]) }] })).rejects.toThrow(
      'activeUnits: expected at least two examples, to see something vary, received fewer. Give batches that are not used up',
    );
    await expect(activeUnits({ encoder, batches: [], threshold: -1 })).rejects.toThrow(
      'activeUnits: expected threshold',
    );
  });
});
