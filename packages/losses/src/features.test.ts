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
import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { gaussianLogProb } from '../test/reference.js';
import { featureMatching, featureReconstruction } from './features.js';

describe.each(['cpu', 'wasm'] as const)('feature losses on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss({ describe, it }, 'featureReconstruction', featureReconstruction, {
    inputs: [draw([3, 2, 2]), draw([3, 2, 2], { seed: 1 })],
    reference: (real, reconstructed) => -gaussianLogProb(real!, reconstructed!, () => 0),
  });

  it('featureReconstruction of equal features is the entropy constant ½ n log 2π', async () => {
    const features = tensor2d([[1, 2, 3]]);
    await expectClose(featureReconstruction(features, features), [1.5 * Math.log(2 * Math.PI)]);
  });

  it('featureMatching is one scalar: the squared distance of the batch means', async () => {
    const real = tensor2d([
      [1, 0],
      [3, 2],
    ]); // mean [2, 1]
    const generated = tensor2d([
      [0, 1],
      [0, -1],
      [3, 0],
    ]); // mean [1, 0]
    const distance = featureMatching(real, generated);
    expect(distance.shape).toEqual([]);
    await expectClose(distance, [2]);
  });

  it('featureMatching is zero for equal means, however different the examples', async () => {
    await expectClose(featureMatching(tensor2d([[1], [-1]]), tensor2d([[5], [-5]])), [0]);
  });

  it('featureMatching has the gradients of its formula, of both orders', async () => {
    const inputs = [draw([3, 2, 2]), draw([2, 2, 2], { seed: 1 })];
    const meanOf = (x: Float64Array, axis: number) =>
      x.filter((_, at) => at % 4 === axis).reduce((a, b) => a + b) * (4 / x.length);
    const reference = (real: Float64Array, generated: Float64Array) =>
      [0, 1, 2, 3].reduce((total, axis) => total + (meanOf(real, axis) - meanOf(generated, axis)) ** 2, 0);
    await expectGradient({ f: featureMatching as never, reference: reference as never, inputs });
    await expectSecondGradient({ f: featureMatching as never, inputs });
  });

  it('featureMatching leaves no tensor behind', async () => {
    const [real, generated] = [zeros([2, 3]), zeros([4, 3])];
    await expectNoLeak(() => featureMatching(real, generated));
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are features of another layer', async () => {
    const [a, b, flat] = [zeros([2, 3]), zeros([2, 4]), zeros([2])];
    const received = 'realFeatures [2, 3] and generatedFeatures [2, 4]';
    await expectError(() => featureMatching(a, b), 'GM_SHAPE', 'equal feature axes', received, 'same layer');
    await expectError(() => featureMatching(flat, flat), 'GM_SHAPE', 'realFeatures [2]');
    await expectError(() => featureReconstruction(a, b), 'GM_SHAPE', 'reconstructedFeatures [2, 4]', 'same layer');
  });
});
