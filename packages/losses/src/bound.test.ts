import { useBackend } from '@gm/backends';
import {
  draw,
  expectClose,
  expectError,
  expectGradient,
  expectNoLeak,
  expectSecondGradient,
  testLoss,
} from '@gm/core/testing';
import { grad, mean, mul, scalar, square, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { elbo, freeBits, importanceWeightedBound } from './bound.js';

describe.each(['cpu', 'wasm'] as const)('the bound on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss(
    { describe, it },
    'elbo',
    (logLikelihood, divergence) => elbo({ logLikelihood: logLikelihood!, divergence: divergence!, beta: 0.25 }),
    {
      inputs: [draw([4]), draw([4], { seed: 1 })],
      reference: (logLikelihood, divergence) => logLikelihood![0]! - 0.25 * divergence![0]!,
    },
  );

  it('is likelihood minus divergence, each divergence times beta', async () => {
    const terms = { logLikelihood: tensor1d([-90, -80]), divergence: tensor1d([20, 10]) };
    await expectClose(elbo(terms), [-110, -90]);
    await expectClose(elbo({ ...terms, beta: 4 }), [-170, -120]);
    await expectClose(elbo({ ...terms, beta: 0 }), terms.logLikelihood);
  });

  it('with importance weights is the log of their mean, without overflow', async () => {
    const bound = importanceWeightedBound(tensor2d([Math.log(1), -1000, Math.log(3), -1000], [2, 2]));
    await expectClose(bound, [Math.log(2), -1000]);
    await expectClose(importanceWeightedBound(tensor2d([[-5, -6]])), [-5, -6]); // K = 1: the weight itself
  });

  it('with importance weights has the gradients of its formula, of both orders', async () => {
    const f = (x: Parameters<typeof importanceWeightedBound>[0] | undefined) => sum(importanceWeightedBound(x!));
    const reference = (x: Float64Array) =>
      [0, 1].reduce((total, column) => {
        const weights = [0, 1, 2].map((row) => Math.exp(x[2 * row + column]!));
        return total + Math.log(weights.reduce((all, weight) => all + weight) / 3);
      }, 0);
    const inputs = [draw([3, 2])];
    await expectGradient({ f, reference, inputs });
    await expectSecondGradient({ f, inputs });
  });

  it('with importance weights refuses other shapes', async () => {
    await expectError(() => importanceWeightedBound(zeros([3])), 'GM_SHAPE', '[K, batch]', '[3]');
    await expectError(() => importanceWeightedBound(zeros([0, 3])), 'GM_SHAPE', '[0, 3]');
    const logWeights = zeros([2, 3]);
    await expectNoLeak(() => importanceWeightedBound(logWeights));
  });

  // Column 0 has mean 2, above the floor; column 1 has mean ½, below; column 2 sits at the floor of 1 exactly.
  const divergence = [3, 0.2, 1, 1, 0.8, 1];

  it('with free bits charges λ for a dimension that uses less on average, and what it uses otherwise', async () => {
    const charged = freeBits(tensor2d(divergence, [2, 3]), 1);
    await expectClose(charged, [3 + 1 + 1, 1 + 1 + 1]);
    await expectClose(mean(charged), [2 + 1 + 1]); // Σⱼ max(λ, meanₙ KLⱼ)
  });

  it('with no free bits charges everything', async () => {
    await expectClose(freeBits(tensor2d(divergence, [2, 3]), 0), [4.2, 2.8]);
  });

  it('with free bits pulls on dimensions above the floor only', async () => {
    const pull = grad((kl) => mean(freeBits(kl, 1)))(tensor2d(divergence, [2, 3]));
    await expectClose(pull, [0.5, 0, 0, 0.5, 0, 0]);
  });

  it('with free bits has the gradients of the paper’s objective, of both orders', async () => {
    const inputs = [draw([3, 2, 2])];
    const objective = (nats: number) => (x: Float64Array) =>
      [0, 1, 2, 3].reduce((total, axis) => {
        const average = [0, 1, 2].reduce((sum, row) => sum + x[4 * row + axis]! ** 2, 0) / 3;
        return total + Math.max(nats, average);
      }, 0);
    const f = (x: Parameters<typeof freeBits>[0] | undefined) => mean(freeBits(square(x!), 0.8));
    await expectGradient({ f, reference: objective(0.8), inputs });
    await expectSecondGradient({ f, inputs });
  });

  it('with free bits shows a NaN instead of hiding it under the floor', async () => {
    const [first] = await freeBits(tensor2d([[Number.NaN, 0.1]]), 1).data();
    expect(first).toBeNaN();
  });

  it('with free bits leaves no tensor behind', async () => {
    const kl = tensor2d(divergence, [2, 3]);
    await expectNoLeak(() => freeBits(kl, 1));
    await expectNoLeak(() => grad((x) => sum(mul(freeBits(x, 1), 2)))(kl));
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are refused when a term is not one value per example', async () => {
    const [one, two, rows] = [zeros([2]), zeros([3]), zeros([2, 4])];
    await expectError(
      () => elbo({ logLikelihood: one, divergence: two }),
      'GM_SHAPE',
      'logLikelihood [2] and divergence [3]',
      'Sum both',
    );
    await expectError(
      () => elbo({ logLikelihood: rows, divergence: rows }),
      'GM_SHAPE',
      'terms of shape [batch]',
      '[2, 4]',
    );
    await expectError(() => elbo({ logLikelihood: scalar(1), divergence: scalar(1) }), 'GM_SHAPE', '[]');
    await expectError(() => freeBits(one, 1), 'GM_SHAPE', 'freeBits', '[batch, …latent]', 'gaussianKlPerDimension()');
  });

  it('include a negative weight and a negative allowance', async () => {
    const one = zeros([2]);
    await expectError(() => elbo({ logLikelihood: one, divergence: one, beta: -1 }), 'GM_OPTION', 'beta', '-1');
    await expectError(() => freeBits(zeros([2, 2]), -0.5), 'GM_OPTION', 'nats', '-0.5');
  });
});
