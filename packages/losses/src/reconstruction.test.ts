import { useBackend } from '@gm/backends';
import { draw, expectClose, expectError, expectNoLeak, type Input, testLoss } from '@gm/core/testing';
import { cast, fill, ones, scalar, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import * as reference from '../test/reference.js';
import {
  absoluteError,
  bernoulliLogProb,
  diagonalGaussianLogProb,
  gaussianLogProb,
  squaredError,
} from './reconstruction.js';

const LOGITS = [0, 40, -40, 17, -17, 90, -90, 1e4, -1e4];
const TARGETS = [0, 0.3, 1];

/** Every logit with every target: one example for each logit. */
const saturated: Input[] = [
  { shape: [LOGITS.length, TARGETS.length], values: LOGITS.flatMap(() => TARGETS) },
  { shape: [LOGITS.length, TARGETS.length], values: LOGITS.flatMap((logit) => TARGETS.map(() => logit)) },
];

describe.each(['cpu', 'wasm'] as const)('reconstruction on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  describe('bernoulliLogProb', () => {
    testLoss({ describe, it }, 'of images', bernoulliLogProb, {
      inputs: [draw([3, 2, 2, 2], { range: [0, 1] }), draw([3, 2, 2, 2], { seed: 1 })],
      reference: reference.bernoulliLogProb,
    });
    testLoss({ describe, it }, 'where the sigmoid saturates', bernoulliLogProb, {
      inputs: saturated,
      reference: reference.bernoulliLogProb,
      second: false,
    });
    testLoss({ describe, it }, 'at logits of exactly zero', bernoulliLogProb, {
      inputs: [
        { shape: [2, 2], values: [0, 1, 0.25, 0.5] },
        { shape: [2, 2], values: [0, 0, 0, 0] },
      ],
      reference: reference.bernoulliLogProb,
    });

    it('knows a coin: log ½ a pixel at logit 0, log ¾ at logit log 3', async () => {
      await expectClose(bernoulliLogProb(ones([2, 784]), zeros([2, 784])), [-784 * Math.LN2, -784 * Math.LN2]);
      await expectClose(bernoulliLogProb(tensor2d([[1, 0]]), fill([1, 2], Math.log(3))), [Math.log(3 / 16)]);
    });

    it('is 0, not −0, where data are certain', async () => {
      expect(await bernoulliLogProb(ones([1, 2]), fill([1, 2], 200)).data()).toEqual(Float32Array.of(0));
    });

    it('costs a grey value at least its entropy, and no more at its own logit', async () => {
      const entropy = -(0.3 * Math.log(0.3) + 0.7 * Math.log(0.7));
      await expectClose(bernoulliLogProb(fill([1, 1], 0.3), fill([1, 1], Math.log(3 / 7))), [-entropy]);
    });

    it('takes binary targets of any number type', async () => {
      const x = tensor2d([[0, 1, 1]]);
      const logits = tensor2d([[1, 2, -3]]);
      const expected = bernoulliLogProb(x, logits);
      await expectClose(bernoulliLogProb(cast(x, 'int32'), logits), expected);
      await expectClose(bernoulliLogProb(cast(x, 'bool'), logits), expected);
    });
  });

  describe('gaussianLogProb', () => {
    testLoss({ describe, it }, 'of images', (x, mean) => gaussianLogProb(x!, mean!, 0.3), {
      inputs: [draw([3, 2, 3]), draw([3, 2, 3], { seed: 1 })],
      reference: (x, mean) => reference.gaussianLogProb(x!, mean!, () => 2 * Math.log(0.3)),
    });

    it('knows the normal density: −½ log 2π at the mean, ½ less one deviation away', async () => {
      const values = gaussianLogProb(tensor2d([[0], [1]]), zeros([2, 1]));
      await expectClose(values, [-0.9189385332046727, -1.4189385332046727]); // closed form
      await expectClose(gaussianLogProb(tensor2d([[5]]), zeros([1, 1]), 5), [-1.4189385332046727 - Math.log(5)]);
    });
  });

  describe('diagonalGaussianLogProb', () => {
    const inputs = (logVariance: Input) => [draw([4, 3]), draw([4, 3], { seed: 1 }), logVariance];
    const gaussian = (x: Float64Array, mean: Float64Array, logVariance: Float64Array) =>
      reference.gaussianLogProb(x, mean, (at) => logVariance[at]!);
    testLoss({ describe, it }, 'with moderate variances', diagonalGaussianLogProb, {
      inputs: inputs(draw([4, 3], { seed: 2 })),
      reference: gaussian as never,
    });
    testLoss({ describe, it }, 'with log variances of ±20', diagonalGaussianLogProb, {
      inputs: inputs({ shape: [4, 3], values: [20, -20, 0, 20, 20, 20, -20, -20, -20, 20, 0, 3] }),
      reference: gaussian as never,
      second: false,
    });

    it('equals gaussianLogProb when all variances are one scale squared', async () => {
      const [x, mean] = [tensor2d([[1, 2]]), tensor2d([[0, 4]])];
      const logVariance = fill([1, 2], 2 * Math.log(0.7));
      await expectClose(diagonalGaussianLogProb(x, mean, logVariance), gaussianLogProb(x, mean, 0.7));
    });
  });

  const pair = [draw([3, 4]), draw([3, 4], { seed: 1 })];
  testLoss({ describe, it }, 'squaredError', squaredError, {
    inputs: pair,
    reference: (x, y) => reference.total(x!, (value, at) => (value - y![at]!) ** 2),
  });
  testLoss({ describe, it }, 'absoluteError', absoluteError, {
    inputs: [draw([3, 4], { range: [1, 2] }), { shape: [3, 4], values: [0, 3, 0, 3, 3, 0, 3, 0, 0, 0, 3, 3] }], // off the kink
    reference: (x, y) => reference.total(x!, (value, at) => Math.abs(value - y![at]!)),
  });
  testLoss({ describe, it }, 'squaredError of one number per example', squaredError, {
    inputs: [draw([3]), draw([3], { seed: 1 })],
    reference: (x, y) => (x![0]! - y![0]!) ** 2,
  });

  it('is half a squared error up to a constant, for a Gaussian of scale one', async () => {
    const [x, mean] = [tensor2d([[1, 2, 3]]), tensor2d([[0, 0, 1]])];
    await expectClose(squaredError(x, mean), [9]);
    await expectClose(absoluteError(x, mean), [5]);
    await expectClose(gaussianLogProb(x, mean), [-4.5 - 1.5 * Math.log(2 * Math.PI)]);
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const losses: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
    bernoulliLogProb,
    gaussianLogProb,
    squaredError,
    absoluteError,
    diagonalGaussianLogProb: (x, y) => diagonalGaussianLogProb(x, y, y),
  };

  it.each(Object.keys(losses))('are refused by %s before a tensor is made', async (name) => {
    const loss = losses[name]!;
    const [x, y, one] = [zeros([2, 4]), zeros([2, 2, 2]), scalar(1)];
    await expectNoLeak(async () => {
      await expectError(() => loss(x, y), 'GM_SHAPE', `${name}: expected equal shapes [batch, …]`, '[2, 2, 2]');
      await expectError(() => loss(one, one), 'GM_SHAPE', name, '[]');
    });
  });

  it('include a scale that is not above zero', async () => {
    const x = tensor([1], [1, 1]);
    await expectError(() => gaussianLogProb(x, x, 0), 'GM_OPTION', 'scale to be a finite number above 0', 'received 0');
    await expectError(() => gaussianLogProb(x, x, Number.NaN), 'GM_OPTION', 'received NaN');
    expect(gaussianLogProb(x, x, 1e-3).shape).toEqual([1]);
  });
});
