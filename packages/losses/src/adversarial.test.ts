import { fc } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { type AdversarialLoss, isGmError } from '@gm/core';
import { draw, expectClose, expectError, expectNoLeak, type Input, testLoss } from '@gm/core/testing';
import { concat, grad, mean, slice, sum, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { softplus } from '../test/reference.js';
import { hinge, leastSquares, minimax, nonSaturating, relativistic, wasserstein } from './adversarial.js';

interface Case {
  readonly loss: AdversarialLoss;
  readonly discriminator: (real: number, generated: number) => number;
  readonly generator: (generated: number) => number;
}

const entropy = (real: number, generated: number) => softplus(-real) + softplus(generated);
const cases: Record<string, Case> = {
  minimax: { loss: minimax(), discriminator: entropy, generator: (generated) => -softplus(generated) },
  nonSaturating: { loss: nonSaturating(), discriminator: entropy, generator: (generated) => softplus(-generated) },
  leastSquares: {
    loss: leastSquares(),
    discriminator: (real, generated) => 0.5 * (real - 1) ** 2 + 0.5 * generated ** 2,
    generator: (generated) => 0.5 * (generated - 1) ** 2,
  },
  'leastSquares of Pearson': {
    loss: leastSquares({ a: -1, b: 1, c: 0 }),
    discriminator: (real, generated) => 0.5 * (real - 1) ** 2 + 0.5 * (generated + 1) ** 2,
    generator: (generated) => 0.5 * generated ** 2,
  },
  wasserstein: {
    loss: wasserstein(),
    discriminator: (real, generated) => generated - real,
    generator: (generated) => -generated,
  },
  hinge: {
    loss: hinge(),
    discriminator: (real, generated) => Math.max(0, 1 - real) + Math.max(0, 1 + generated),
    generator: (generated) => -generated,
  },
};
const list = (values: readonly number[]): Input => ({ shape: [values.length], values });
const saturated = [0, 40, -40, 17, -17, 1e4, -1e4];

describe.each(['cpu', 'wasm'] as const)('adversarial losses on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  for (const [name, { loss, discriminator, generator }] of Object.entries(cases)) {
    const both = (real: Float64Array, generated: Float64Array) => discriminator(real[0]!, generated[0]!);
    const one = (generated: Float64Array) => generator(generated[0]!);
    testLoss({ describe, it }, `${name} for the discriminator`, loss.discriminator as never, {
      inputs: [draw([5]), draw([5], { seed: 1 })],
      reference: both as never,
    });
    testLoss({ describe, it }, `${name} for the discriminator, when it is sure`, loss.discriminator as never, {
      inputs: [list(saturated), list([...saturated].reverse())],
      reference: both as never,
      second: false,
    });
    testLoss({ describe, it }, `${name} for the generator`, loss.generator as never, {
      inputs: [draw([5])],
      reference: one as never,
    });
    testLoss({ describe, it }, `${name} for the generator, when the discriminator is sure`, loss.generator as never, {
      inputs: [list(saturated)],
      reference: one as never,
      second: false,
    });
  }

  it('cost the discriminator 2 log 2 at D = ½, which is logit 0', async () => {
    await expectClose(minimax().discriminator(zeros([1]), zeros([1])), [2 * Math.LN2]);
    await expectClose(minimax().generator(zeros([1])), [-Math.LN2]);
    await expectClose(nonSaturating().generator(zeros([1])), [Math.LN2]);
  });

  it('in minimax give the generator what the discriminator loses on generated examples', async () => {
    const [real, generated] = [tensor1d([1e4, 1e4]), tensor1d([-2, 3])];
    const lost = await minimax().discriminator(real, generated).data();
    await expectClose(
      minimax().generator(generated),
      Array.from(lost, (value) => -value),
    );
  });

  // Data on two points, p = (¾, ¼) and q = (¼, ¾), as four examples each.
  const play = (loss: AdversarialLoss, d: Tensor) => {
    const [first, second] = [slice(d, 0, 1), slice(d, 1, 1)];
    return mean(loss.discriminator(concat([first, first, first, second]), concat([first, second, second, second])));
  };

  it('leave an optimal discriminator 2 log 2 − 2 JSD(p ‖ q)', async () => {
    const optimum = tensor1d([Math.log(3), -Math.log(3)]); // logit of D* = p / (p + q)
    const jensenShannon = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
    await expectClose(play(minimax(), optimum), [2 * Math.LN2 - 2 * jensenShannon]);
    await expectClose(grad((d) => play(minimax(), d))(optimum), [0, 0], 1e-5, { floor: 1 });
  });

  it('with least squares are at rest at D* = (b p + a q) / (p + q), for any targets', async () => {
    const target = fc.double({ min: -3, max: 3, noNaN: true });
    await fc.assert(
      fc.asyncProperty(target, target, async (a, b) => {
        const optimum = tensor1d([0.75 * b + 0.25 * a, 0.25 * b + 0.75 * a]);
        await expectClose(grad((d) => play(leastSquares({ a, b }), d))(optimum), [0, 0], 1e-5, { floor: 1 });
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('join each real example with the mean of as many generated ones as there are for it', async () => {
    const [real, generated] = [tensor1d([1, -2]), tensor1d([0.5, -1, 3, 2])];
    for (const { loss, discriminator } of Object.values(cases)) {
      const expected = [
        (discriminator(1, 0.5) + discriminator(1, 3)) / 2,
        (discriminator(-2, -1) + discriminator(-2, 2)) / 2,
      ];
      await expectClose(loss.discriminator(real, generated), expected);
    }
  });

  it('take logits [batch, 1] as they take [batch], and leave no tensor behind', async () => {
    const [flat, column] = [tensor1d([1, -2]), tensor2d([1, -2], [2, 1])];
    for (const { loss } of Object.values(cases)) {
      expect(loss.discriminator(column, column).shape).toEqual([2]);
      expect(loss.generator(column).shape).toEqual([2]);
      await expectNoLeak(() => loss.discriminator(column, flat));
      await expectNoLeak(() => grad((x) => sum(loss.generator(x)))(flat));
    }
  });
});

describe.each(['cpu', 'wasm'] as const)('relativistic pairing on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));
  const { discriminator, generator } = relativistic();
  const lead = (real: number, other: number) => softplus(other - real);
  const reference = ((real: Float64Array, other: Float64Array) => lead(real[0]!, other[0]!)) as never;
  const inputs = [draw([5]), draw([5], { seed: 1 })];
  const sure = [list(saturated), list([...saturated].reverse())];
  testLoss({ describe, it }, 'for the discriminator', discriminator as never, { inputs, reference });
  testLoss({ describe, it }, 'for the generator', generator as never, { inputs, reference });
  testLoss({ describe, it }, 'when it is sure', discriminator as never, { inputs: sure, reference, second: false });

  it('sets each real example beside the k generated ones that are its own', async () => {
    const [real, generated] = [tensor1d([1, -2]), tensor1d([0.5, -1, 3, 2])];
    const mean = (sign: number) => [
      (softplus(sign * (0.5 - 1)) + softplus(sign * (3 - 1))) / 2,
      (softplus(sign * (-1 + 2)) + softplus(sign * (2 + 2))) / 2,
    ];
    await expectClose(discriminator(real, generated), mean(1));
    await expectClose(generator(generated, real), mean(-1));
    await expectNoLeak(() => generator(generated, real));
  });

  it('wants the scores of real examples for the generator too', async () => {
    await expectError(() => generator(zeros([2])), 'GM_OPTION', 'relativistic: expected the scores of real examples');
    await expectError(() => generator(zeros([3]), zeros([2])), 'GM_SHAPE', 'realLogits [2] and generatedLogits [3]');
  });
});

describe('what adversarial losses say of themselves', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('is how they read the discriminator', () => {
    for (const loss of [minimax(), nonSaturating()]) expect(loss.prediction).toBe('logits');
    for (const loss of [leastSquares(), wasserstein(), hinge(), relativistic()]) {
      expect(loss.prediction).toBe('unbounded');
    }
  });

  it('is that they want one logit for each example', async () => {
    const [one, classes, images] = [zeros([2]), zeros([2, 10]), zeros([2, 3, 3])];
    await expectError(
      () => minimax().discriminator(one, classes),
      'GM_SHAPE',
      'minimax: expected one logit per example, [batch] or [batch, 1]',
      'generatedLogits [2, 10]',
      'End the discriminator in one unit',
    );
    await expectError(() => nonSaturating().generator(images), 'GM_SHAPE', 'nonSaturating', '[2, 3, 3]');
  });

  it('is which batches they cannot pair', async () => {
    const error = await expectError(
      () => leastSquares().discriminator(zeros([4]), zeros([6])),
      'GM_SHAPE',
      'leastSquares: expected as many generated as real examples, or a whole multiple',
      'realLogits [4] and generatedLogits [6]',
    );
    expect(isGmError(error)).toBe(true);
  });

  it('is that targets are finite', async () => {
    await expectError(() => leastSquares({ b: Infinity }), 'GM_OPTION', 'leastSquares: expected b', 'Infinity');
  });
});
