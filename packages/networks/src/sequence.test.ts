import { seeded, spec } from '@gm/core';
import { draw, expectClose, expectError, expectNoLeak, expectParameterGradients } from '@gm/core/testing';
import { mul, sum, tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { dense as denseReference } from '../test/reference.js';
import { selfAttention as attentionReference } from '../test/sequences.js';
import { batchNorm, dense, embedding, flatten, lstm, perStep, relu, selfAttention, sequential } from './index.js';

const random = seeded(1);
const symbols = (...shape: number[]) => spec(shape, [0, 6], 'int32');

describe.each(backends)('layers over sequences on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('embedding looks up rows, and its gradient comes back to them', async () => {
    const network = embedding({ vocabulary: 7, units: 3, random })(symbols(4));
    const ids = [1, 0, 6, 1, 2, 1, 6, 6];
    const x = tensor(ids, [2, 4], 'int32');
    const table = await network.parameters.table!.data();
    const rows = ids.flatMap((id) => Array.from(table.slice(3 * id, 3 * id + 3)));
    await expectClose(network.apply(x), rows);
    const values = Array.from(draw([2, 4, 3]).values);
    const weights = tensor(values, [2, 4, 3]);
    await expectParameterGradients({
      network,
      loss: () => sum(mul(network.apply(x), weights)),
      reference: (by) =>
        values.reduce((total, w, at) => total + w * by.table![3 * ids[Math.floor(at / 3)]! + (at % 3)]!, 0),
    });
    await expectNoLeak(() => network.apply(x));
  });

  it('embedding takes single symbols too', async () => {
    const network = embedding({ vocabulary: 7, units: 3, random })(symbols());
    expect(network.output).toEqual(spec([3]));
    expect(network.apply(tensor([4, 1], [2], 'int32')).shape).toEqual([2, 3]);
  });

  it.each([
    { heads: 1, causal: false },
    { heads: 2, causal: true },
  ])('selfAttention agrees with float64, as do its derivatives: %o', async (options) => {
    const network = selfAttention({ ...options, random })(spec([3, 4]));
    await checkGradients({
      network,
      batch: 2,
      reference: attentionReference({ batch: 2, time: 3, features: 4, ...options }),
    });
    await checkSecondGradients({ network, batch: 2 });
    const x = seeded(2).normal([2, 3, 4]);
    await expectNoLeak(() => network.apply(x));
  });

  it('perStep does the same at every step', async () => {
    const network = perStep(dense({ units: 5, random }))(spec([3, 4]));
    const whole = denseReference(6, 4, 5);
    await checkGradients({
      network,
      batch: 2,
      reference: (x, parameters) => whole(x, { kernel: parameters['0/kernel']!, bias: parameters['0/bias']! }),
    });
    await checkSecondGradients({ network, batch: 2 });
    const x = seeded(2).normal([2, 3, 4]);
    await expectNoLeak(() => network.apply(x));
  });

  it('a model of text goes from symbols to logits', async () => {
    const network = sequential(
      symbols(4),
      embedding({ vocabulary: 7, units: 3, random }),
      lstm({ units: 5, sequences: true, random }),
      perStep(dense({ units: 7, random })),
    );
    expect(network.output).toEqual(spec([4, 7]));
    expect(network.apply(tensor([1, 0, 6, 1], [1, 4], 'int32')).shape).toEqual([1, 4, 7]);
  });
});

describe('layers over sequences', () => {
  it('perStep hands on specs, names and buffers', () => {
    const network = perStep(flatten(), dense({ units: 3, random }), batchNorm(), relu())(spec([5, 2, 2], [0, 1]));
    expect(network.output).toEqual(spec([5, 3]));
    expect(Object.keys(network.parameters)).toEqual(['1/kernel', '1/bias', '2/scale', '2/offset']);
    expect(Object.keys(network.buffers!)).toEqual(['2/mean', '2/variance']);
  });

  it('refuse what they cannot work on', async () => {
    await expectError(
      () => embedding({ vocabulary: 7, units: 3, random })(spec([4], [0, 7], 'int32')),
      'GM_FIT',
      "embedding: expected an input of type int32 in [0, 6], received int32 [4] in [0, 7]. Say spec(shape, [0, 6], 'int32')",
    );
    await expectError(() => embedding({ vocabulary: 7, units: 3, random })(spec([4], [0, 6])), 'GM_FIT', 'float32 [4]');
    await expectError(
      () => embedding({ vocabulary: 1, units: 3, random }),
      'GM_OPTION',
      'embedding: expected vocabulary',
    );
    await expectError(
      () => selfAttention({ heads: 3, random })(spec([5, 4])),
      'GM_FIT',
      'selfAttention: expected features that 3 heads divide, received float32 [5, 4] in unbounded. Choose heads',
    );
    await expectError(
      () => selfAttention({ random })(spec([5])),
      'GM_FIT',
      'selfAttention: expected an input of shape',
    );
    await expectError(
      () => perStep(relu())(spec([])),
      'GM_FIT',
      'perStep: expected an input of shape [time, ...features]',
    );
    await expectError(() => perStep(dense({ units: 2, random }))(spec([5])), 'GM_FIT', 'dense');
  });
});
