import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { grad, mul, sum, type Tensor, tensor, tensor2d, tile } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { gumbelSoftmax } from './gumbelSoftmax.js';

const training = (seed: number) => ({ training: true, random: seeded(seed) });

describe.each(backends)('gumbelSoftmax on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('draws each category as often as its probability', async () => {
    const network = gumbelSoftmax({ temperature: 0.3 })(spec([3]));
    const count = 20_000;
    const drawn = network.apply(tile(tensor2d([[0, 1, 2]]), [count, 1]), training(1));
    const seen = await sum(drawn, 0).data();
    const total = 1 + Math.E + Math.E ** 2;
    for (const [k, of] of [1, Math.E, Math.E ** 2].entries()) {
      const p = of / total;
      expect(Math.abs(seen[k]! / count - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count));
    }
  });

  it('soft, is a softmax of logits and noise over the temperature, as are its derivatives', async () => {
    const network = gumbelSoftmax({ temperature: 0.7, hard: false })(spec([4]));
    const options = () => training(7);
    const noise = seeded(7)
      .uniforms(12)
      .map((u) => -Math.log(-Math.log(u)));
    await checkGradients({
      network,
      options,
      reference(x) {
        const scores = x.map((value, at) => Math.exp((value + noise[at]!) / 0.7));
        return scores.map((score, at) => {
          const row = at - (at % 4);
          return score / scores.slice(row, row + 4).reduce((a, b) => a + b);
        });
      },
    });
    await checkSecondGradients({ network, options });
  });

  it('hard, has the value of a category and the gradient of the soft numbers', async () => {
    const [hard, soft] = [true, false].map((one) => gumbelSoftmax({ hard: one })(spec([4])));
    const x = seeded(2).normal([3, 4]);
    const weights = seeded(3).normal([3, 4]);
    const value = await hard!.apply(x, training(4)).data();
    expect([...value].sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    const slope = (network: typeof hard) => grad((at: Tensor) => sum(mul(weights, network!.apply(at, training(4)))))(x);
    await expectClose(slope(hard), slope(soft));
  });

  it('gives the likeliest outside training, and draws where it is given a stream', async () => {
    const network = gumbelSoftmax()(spec([2, 3]));
    const x = tensor([0, 2, 1, 5, 0, 0], [1, 2, 3]);
    await expectClose(network.apply(x), [0, 1, 0, 1, 0, 0]);
    await expectClose(gumbelSoftmax({ temperature: 2, hard: false })(spec([2])).apply(tensor([0, 2], [1, 2])), [
      1 / (1 + Math.E),
      Math.E / (1 + Math.E),
    ]);
    await expectClose(network.apply(x, { random: seeded(1) }), network.apply(x, training(1)));
    await expectNoLeak(() => network.apply(x, { random: seeded(1) }));
  });
});

describe('gumbelSoftmax', () => {
  it('wants a stream in training, a temperature above 0, and two categories', async () => {
    const network = gumbelSoftmax()(spec([3]));
    await expectError(() => network.apply(tensor2d([[1, 2, 3]]), { training: true }), 'GM_RANDOM', 'gumbelSoftmax');
    for (const temperature of [0, -1, Number.NaN]) {
      await expectError(() => gumbelSoftmax({ temperature }), 'GM_OPTION', 'temperature');
    }
    await expectError(() => gumbelSoftmax()(spec([1])), 'GM_FIT', 'two categories');
    await expectError(() => gumbelSoftmax()(spec([3], [0, 4], 'int32')), 'GM_FIT');
  });
});
