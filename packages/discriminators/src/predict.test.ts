import { type Discriminator, seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import {
  cast,
  clone,
  matMul,
  mul,
  ones,
  reshape,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { features } from './features.js';
import { mlpClassifier } from './mlpClassifier.js';
import { mlpDiscriminator } from './mlpDiscriminator.js';
import { predict } from './predict.js';

/** Its logits are its input. */
const echo: Discriminator = { logits: clone };
const random = seeded(1);

describe.each(backends)('predict on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('gives the softmax of classes, and the likeliest one', async () => {
    const { probabilities, labels } = predict(
      echo,
      tensor2d([
        [0, Math.log(3)],
        [100, -100],
        [-1000, 1000],
      ]),
    );
    await expectClose(probabilities, [0.25, 0.75, 1, 0, 0, 1]);
    expect([labels.dtype, Array.from(await labels.data())]).toEqual(['int32', [1, 0, 1]]);
  });

  it('gives the sigmoid of one logit, and whether yes is likelier than no', async () => {
    const { probabilities, labels } = predict(echo, tensor1d([Math.log(3), -Math.log(3), 0, 1000, -1000]));
    await expectClose(probabilities, [0.75, 0.25, 0.5, 1, 0]);
    expect([labels.dtype, Array.from(await labels.data())]).toEqual(['int32', [1, 0, 0, 1, 0]]);
  });

  it('says the same whatever the batch, with a rest or without, and leaves nothing behind', async () => {
    const network = mlpClassifier({ input: spec([4]), hidden: [6], classes: 3, random });
    const x = seeded(2).normal([12, 4]);
    const whole = predict(network, x);
    expect([whole.probabilities.shape, whole.labels.shape]).toEqual([[12, 3], [12]]);
    await expectClose(sum(whole.probabilities, -1), new Array(12).fill(1));
    for (const batch of [1, 4, 5, 12]) {
      await expectNoLeak(() => predict(network, x, { batch }));
      const parts = predict(network, x, { batch });
      await expectClose(parts.probabilities, whole.probabilities);
      await expectSame(parts.labels, whole.labels);
    }
  });

  it('tells a conditional discriminator the class of each, batch by batch', async () => {
    const told: Discriminator = { logits: (x, { condition } = {}) => mul(sum(x, 1), cast(condition!, 'float32')) };
    const [x, condition] = [ones([5, 1]), tensor1d([0, 1, 2, 3, 4], 'int32')];
    const { labels } = predict(told, x, { batch: 2, condition });
    expect([...(await labels.data())]).toEqual([0, 1, 1, 1, 1]);
    await expectError(() => predict(told, x, { condition: zeros([4], 'int32') }), 'GM_SHAPE', 'each of 5 examples');
  });

  it('refuses a network that gives probabilities already', async () => {
    const network = { logits: clone, output: spec([2], [0, 1]) };
    await expectError(() => predict(network, ones([1, 2])), 'GM_FIT', 'Leave out the last sigmoid or softmax');
  });

  it('looks outside training, at no more examples at once than it is told', async () => {
    const seen: number[] = [];
    const watching: Discriminator = {
      logits(x: Tensor, options = {}) {
        expect(options.training ?? false).toBe(false);
        seen.push(x.shape[0]!);
        return matMul(x as never, ones([2, 2]));
      },
    };
    predict(watching, ones([7, 2]), { batch: 3 });
    predict(watching, ones([600, 2]));
    expect(seen).toEqual([3, 3, 1, 256, 256, 88]);
  });

  it('shows features whatever the batch, and leaves nothing behind', async () => {
    const network = mlpDiscriminator({ input: spec([4]), hidden: [6], random });
    const x = seeded(2).normal([12, 4]);
    for (const batch of [1, 5, 12]) {
      await expectNoLeak(() => features(network, x, { batch }));
      await expectClose(features(network, x, { batch }), network.features(x));
    }
    expect(features(network, x).shape).toEqual([12, 6]);
  });
});

describe('predict', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuses logits that it cannot read, and leaves nothing behind', async () => {
    const column = ones([3, 1]);
    const cube = ones([3, 2, 2]);
    await expectNoLeak(async () => {
      await expectError(
        () => predict(echo, column),
        'GM_SHAPE',
        'predict: expected logits [batch], or [batch, classes] with at least 2 classes, received [3, 1]. ' +
          'Make the discriminator with discriminator({ body, head }), which gives one logit as [batch].',
      );
      await expectError(() => predict(echo, cube), 'GM_SHAPE', 'received [3, 2, 2]');
    });
  });

  it('refuses no examples, and batches that are none', async () => {
    const [none, single, x] = [zeros([0, 2]), reshape(ones([1]), []), ones([3, 2])];
    await expectError(
      () => predict(echo, none),
      'GM_SHAPE',
      'predict: expected x of shape [batch, …example] with at least one example, received [0, 2]. ' +
        'Add a batch axis, or leave out the call where there is nothing to look at.',
    );
    await expectError(() => predict(echo, single), 'GM_SHAPE', 'received []');
    await expectError(
      () => predict(echo, x, { batch: 0 }),
      'GM_OPTION',
      'predict: expected batch to be a whole number of at least 1, received 0.',
    );
    const network = mlpDiscriminator({ input: spec([2]), hidden: [2], random });
    await expectError(() => features(network, x, { batch: 1.5 }), 'GM_OPTION', 'features: expected batch', '1.5');
    await expectError(() => features(network, none), 'GM_SHAPE', 'features: expected x');
  });
});
