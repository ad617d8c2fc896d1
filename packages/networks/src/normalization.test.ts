import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import {
  ones as onesOf,
  square,
  sum,
  tensor,
  tensor2d,
  tidy,
  variableGrads,
  zeros as zerosOf,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import {
  batchNorm as batchReference,
  groupNorm as groupReference,
  layerNorm as layerReference,
} from '../test/reference.js';
import { batchNorm, groupNorm, layerNorm } from './normalization.js';

const training = () => ({ training: true });

describe.each(backends)('batchNorm on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each([[[3]], [[2, 2, 2]]])('agrees with float64 in training, as do its derivatives: %j', async (shape) => {
    const network = batchNorm({ epsilon: 1e-3 })(spec(shape));
    await checkGradients({ network, options: training, batch: 4, reference: batchReference(shape.at(-1)!, 1e-3) });
    await checkSecondGradients({ network, options: training, batch: 4, step: 0.02 });
  });

  it('agrees with float64 in evaluation, as do its derivatives', async () => {
    const network = batchNorm()(spec([2, 3]));
    network.buffers!.mean!.assign(tensor([1, -2, 0.5]));
    network.buffers!.variance!.assign(tensor([4, 0.25, 1]));
    const [mean, variance] = [
      [1, -2, 0.5],
      [4, 0.25, 1],
    ];
    await checkGradients({
      network,
      reference: (x, { scale, offset }) =>
        x.map((value, at) => {
          const c = at % 3;
          return (scale![c]! * (value - mean![c]!)) / Math.sqrt(variance![c]! + 1e-5) + offset![c]!;
        }),
    });
    await checkSecondGradients({ network });
  });

  it('follows mean and unbiased variance of the batches, in training only', async () => {
    const network = batchNorm({ momentum: 0.75 })(spec([2]));
    const x = tensor2d([
      [1, 10],
      [3, 20],
    ]);
    await expectNoLeak(() => network.apply(x));
    await expectClose(network.buffers!.mean!, [0, 0]);
    await expectNoLeak(() => network.apply(x, { training: true }));
    await expectClose(network.buffers!.mean!, [0.5, 3.75]); // ¼ · 2, ¼ · 15
    await expectClose(network.buffers!.variance!, [1.25, 13.25]); // ¾ + ¼ · 2, ¾ + ¼ · 50
  });

  it('keeps its digits when the mean is large beside the spread', async () => {
    const network = batchNorm({ epsilon: 1e-5, momentum: 0 })(spec([1]));
    const y = network.apply(tensor2d([[4096], [4097], [4098], [4099]]), { training: true });
    const scale = 1 / Math.sqrt(1.25 + 1e-5);
    await expectClose(y, [-1.5 * scale, -0.5 * scale, 0.5 * scale, 1.5 * scale]);
    await expectClose(network.buffers!.variance!, [5 / 3]);
  });

  it('updates its buffers under the tape without being differentiated there, and without a leak', async () => {
    const network = batchNorm()(spec([2, 2, 3]));
    const x = seeded(1).normal([4, 2, 2, 3]);
    let names: string[] = [];
    await expectNoLeak(() => {
      const { value, grads } = variableGrads(() => tidy(() => sum(square(network.apply(x, { training: true })))));
      names = Object.keys(grads);
      return [value, grads];
    });
    const { mean, variance } = network.buffers!;
    expect(names).not.toContain(mean!.name);
    expect(names).not.toContain(variance!.name);
    expect([mean!.trainable, variance!.trainable]).toEqual([false, false]);
    expect(Array.from(await mean!.data()).every((value) => value !== 0)).toBe(true);
    network.dispose();
  });

  it('trains on one image, whose pixels have a variance, but not on one row', async () => {
    const images = batchNorm()(spec([2, 2, 1]));
    expect(images.apply(onesOf([1, 2, 2, 1]), { training: true }).shape).toEqual([1, 2, 2, 1]);
    const rows = batchNorm()(spec([3]));
    const oneRow = tensor2d([[1, 2, 3]]);
    await expectNoLeak(() =>
      expectError(
        () => rows.apply(oneRow, { training: true }),
        'GM_SHAPE',
        'batchNorm: expected more than one value for each channel in training, received [1, 3]. ' +
          'Train with larger batches, drop a last batch of one, or use layerNorm().',
      ),
    );
    await expectClose(rows.buffers!.mean!, [0, 0, 0]);
    expect(rows.apply(oneRow).shape).toEqual([1, 3]);
  });

  it('gives the offset where a batch does not vary', async () => {
    const network = batchNorm()(spec([2]));
    await expectClose(network.apply(onesOf([3, 2]), { training: true }), [0, 0, 0, 0, 0, 0]);
  });
});

describe.each(backends)('layerNorm on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each([[[5]], [[2, 2, 4]]])('agrees with float64, as do its derivatives: %j', async (shape) => {
    const network = layerNorm({ epsilon: 1e-3 })(spec(shape));
    await checkGradients({ network, batch: 2, reference: layerReference(shape.at(-1)!, 1e-3) });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('is the same in training, for a batch of one, and leaves nothing behind', async () => {
    const network = layerNorm()(spec([4]));
    const x = tensor2d([[1, 2, 3, 6]]);
    await expectNoLeak(() => network.apply(x, { training: true }));
    const scale = 1 / Math.sqrt(3.5 + 1e-5);
    await expectClose(network.apply(x, { training: true }), [-2 * scale, -scale, 0, 3 * scale]);
    await expectClose(network.apply(zerosOf([1, 4])), [0, 0, 0, 0]);
  });
});

describe.each(backends)('groupNorm on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each<[number[], number]>([
    [[6], 2],
    [[2, 3, 4], 2],
    [[3, 5], 1],
    [[3, 3], 3],
  ])('agrees with float64, as do its derivatives: %j in %i groups', async (shape, groups) => {
    const network = groupNorm({ groups, epsilon: 1e-3 })(spec(shape));
    await checkGradients({ network, batch: 2, reference: groupReference(shape, groups, 1e-3) });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('does not look from one example to another, and leaves nothing behind', async () => {
    const network = groupNorm({ groups: 2 })(spec([4]));
    const x = tensor2d([
      [1, 3, 5, 5],
      [100, 0, -7, 7],
    ]);
    await expectNoLeak(() => network.apply(x, { training: true }));
    const [one, seven] = [1 / Math.sqrt(1 + 1e-5), 7 / Math.sqrt(49 + 1e-5)];
    await expectClose(network.apply(x), [-one, one, 0, 0, 1, -1, -seven, seven]);
  });
});

describe('normalisation', () => {
  it('refuses options outside their limits', async () => {
    await expectError(() => batchNorm({ momentum: 1.5 }), 'GM_OPTION', 'batchNorm: expected momentum', 'received 1.5');
    await expectError(() => batchNorm({ epsilon: 0 }), 'GM_OPTION', 'batchNorm: expected epsilon', 'received 0');
    await expectError(() => groupNorm({ groups: 1.5 }), 'GM_OPTION', 'groupNorm: expected groups', 'received 1.5');
    await expectError(() => layerNorm({ epsilon: -1 }), 'GM_OPTION', 'layerNorm: expected epsilon', 'received -1');
  });

  it('refuses groups that do not divide the channels', async () => {
    await expectError(
      () => groupNorm({ groups: 3 })(spec([4, 8])),
      'GM_FIT',
      'channels that 3 groups share evenly',
      '[4, 8]',
    );
  });

  it('refuses whole numbers, and examples without an axis', async () => {
    await expectError(() => batchNorm()(spec([3], [0, 9], 'int32')), 'GM_FIT', 'Cast to float32 first.');
    await expectError(() => layerNorm()(spec([])), 'GM_FIT', 'at least one axis', 'Put reshape([1]) before it.');
  });
});
