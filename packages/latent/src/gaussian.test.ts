import { useBackend } from '@gm/backends';
import { type Random, seeded } from '@gm/core';
import {
  draw,
  expectClose,
  expectError,
  expectGradient,
  expectNoLeak,
  expectSame,
  expectSecondGradient,
  type Input,
  tensorOf,
  testLoss,
  testPosterior,
} from '@gm/core/testing';
import { fill, mul, square, sum, type Tensor, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { gaussian, reparameterize, splitGaussian } from './gaussian.js';

/** log N(z; μ, σ²) in float64. */
function logDensity(z: Float64Array, mean: Float64Array, logVariance: Float64Array): number {
  return z.reduce((total, value, at) => {
    const excess = (value - mean[at]!) ** 2 / Math.exp(logVariance[at]!);
    return total - 0.5 * (excess + logVariance[at]! + Math.log(2 * Math.PI));
  }, 0);
}

const logProb = (...[z, mean, logVariance]: Tensor[]) => gaussian(mean!, logVariance!).logProb(z!);

describe.each(['cpu', 'wasm'] as const)('the Gaussian posterior on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  const inputs = (shape: readonly number[]) => ({
    mean: tensorOf(draw(shape)),
    logVariance: tensorOf(draw(shape, { seed: 1 })),
  });
  testPosterior({ describe, it }, 'gaussian', () => {
    const { mean, logVariance } = inputs([3, 2]);
    return gaussian(mean, logVariance);
  });
  testPosterior({ describe, it }, 'gaussian of codes with two axes', () => {
    const { mean, logVariance } = inputs([2, 2, 3]);
    return gaussian(mean, logVariance);
  });

  testLoss({ describe, it }, 'log q(z | x)', logProb, {
    inputs: [0, 1, 2].map((seed) => draw([4, 3], { seed })),
    reference: logDensity as never,
  });
  const spread: Input = { shape: [4, 2], values: [20, -20, 0, 20, -20, 0, -20, -20] };
  testLoss({ describe, it }, 'log q(z | x) with log variances of ±20', logProb, {
    inputs: [draw([4, 2]), draw([4, 2], { seed: 1 }), spread],
    reference: logDensity as never,
    second: false,
  });

  it('knows the standard normal: −log 2π at the origin of the plane', async () => {
    await expectClose(gaussian(zeros([1, 2]), zeros([1, 2])).logProb(zeros([1, 2])), [-1.8378770664093453]);
  });

  it('draws μ + σ ε with the noise of the stream, and advances it', async () => {
    const [mean, logVariance] = [tensor2d([[1, -2]]), tensor2d([[Math.log(4), -100]])];
    const [a, b] = seeded(5).normals(2);
    await expectClose(reparameterize(mean, logVariance, seeded(5)), [1 + 2 * a!, -2 + 0 * b!]);
    const stream = seeded(5);
    const posterior = gaussian(mean, logVariance);
    await expectSame(posterior.sample(stream), reparameterize(mean, logVariance, seeded(5)));
    expect((await posterior.sample(stream).data())[0]).not.toBe((await posterior.sample(seeded(5)).data())[0]);
  });

  it('has draws whose gradients reach μ and log σ², of both orders', async () => {
    const shape = [3, 2];
    const noise = seeded(3).normals(6);
    const weights = draw(shape, { seed: 9 });
    const f = (mean: Tensor | undefined, logVariance: Tensor | undefined) =>
      sum(mul(tensorOf(weights), square(reparameterize(mean!, logVariance!, seeded(3)))));
    const reference = (mean: Float64Array, logVariance: Float64Array) =>
      mean.reduce((total, value, at) => {
        return total + weights.values[at]! * (value + Math.exp(logVariance[at]! / 2) * noise[at]!) ** 2;
      }, 0);
    const parameters = [draw(shape), draw(shape, { seed: 1 })];
    await expectGradient({ f, reference: reference as never, inputs: parameters });
    await expectSecondGradient({ f, inputs: parameters });
    const extreme: Input = { shape, values: [20, -20, 20, -20, 0, 20] };
    await expectGradient({ f, reference: reference as never, inputs: [parameters[0]!, extreme] });
  });

  it('is split with the mean first, along the last axis', async () => {
    const { mean, logVariance } = splitGaussian(
      tensor2d([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    );
    await expectSame(
      mean,
      tensor2d([
        [1, 2],
        [5, 6],
      ]),
    );
    await expectSame(
      logVariance,
      tensor2d([
        [3, 4],
        [7, 8],
      ]),
    );
    expect(splitGaussian(zeros([2, 3, 6])).mean.shape).toEqual([2, 3, 3]);
  });

  it('is split with gradients that land in their halves', async () => {
    const f = (parameters: Tensor | undefined) => {
      const { mean, logVariance } = splitGaussian(parameters!);
      return sum(mul(square(mean), logVariance));
    };
    const reference = (x: Float64Array) =>
      x[0]! ** 2 * x[2]! + x[1]! ** 2 * x[3]! + x[4]! ** 2 * x[6]! + x[5]! ** 2 * x[7]!;
    await expectGradient({ f, reference, inputs: [draw([2, 4])] });
    await expectSecondGradient({ f, inputs: [draw([2, 4])] });
  });

  it('leaves no tensor behind', async () => {
    const { mean, logVariance } = inputs([3, 2]);
    const parameters = zeros([3, 4]);
    await expectNoLeak(() => reparameterize(mean, logVariance, seeded(1)));
    await expectNoLeak(() => gaussian(mean, logVariance).logProb(mean));
    await expectNoLeak(() => splitGaussian(parameters));
    await expectNoLeak(() => tidy(() => gaussian(mean, logVariance).sample(seeded(1))));
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are shapes that differ', async () => {
    const [mean, logVariance] = [zeros([64, 16]), zeros([64, 8])];
    const received = 'mean [64, 16] and logVariance [64, 8]. Split the encoder output with splitGaussian().';
    await expectNoLeak(async () => {
      await expectError(() => gaussian(mean, logVariance), 'GM_SHAPE', 'gaussian: expected equal shapes', received);
      await expectError(() => reparameterize(mean, logVariance, seeded(1)), 'GM_SHAPE', 'reparameterize', received);
    });
    await expectError(
      () => gaussian(mean, mean).logProb(logVariance),
      'GM_SHAPE',
      'z [64, 8] and mean [64, 16]',
      'one code for each row',
    );
  });

  it('are codes without a batch axis', async () => {
    const code = tensor1d([1, 2]);
    await expectError(() => gaussian(code, code), 'GM_SHAPE', '[batch, …latent]', 'received [2]', 'Add a batch axis');
  });

  it('are parameters that cannot be halved', async () => {
    await expectError(
      () => splitGaussian(fill([2, 3], 1)),
      'GM_SHAPE',
      'splitGaussian',
      '[2, 3]',
      'twice as many units',
    );
    await expectError(() => splitGaussian(fill([4], 1)), 'GM_SHAPE', 'received [4]');
  });

  it('are draws without a stream', async () => {
    const code = zeros([1, 2]);
    const none = undefined as unknown as Random;
    await expectError(() => gaussian(code, code).sample(none), 'GM_RANDOM', 'a stream to draw from', 'seeded(1)');
  });
});
