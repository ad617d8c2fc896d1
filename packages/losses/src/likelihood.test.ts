import { useBackend } from '@gm/backends';
import { draw, expectClose, expectError, expectNoLeak, testLoss } from '@gm/core/testing';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import * as reference from '../test/reference.js';
import { bernoulli, gaussianLikelihood } from './likelihood.js';

describe.each(['cpu', 'wasm'] as const)('likelihoods on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss({ describe, it }, 'bernoulli().logProb', bernoulli().logProb as never, {
    inputs: [draw([2, 3], { range: [0, 1] }), draw([2, 3], { seed: 1 })],
    reference: reference.bernoulliLogProb,
  });
  testLoss({ describe, it }, 'gaussianLikelihood().logProb', gaussianLikelihood({ scale: 2 }).logProb as never, {
    inputs: [draw([2, 3]), draw([2, 3], { seed: 1 })],
    reference: (x, mean) => reference.gaussianLogProb(x!, mean!, () => 2 * Math.LN2),
  });

  it('give the expected data, in the range of the data', async () => {
    const prediction = tensor2d([[0, Math.log(3), -100]]);
    await expectClose(bernoulli().mean(prediction), [0.5, 0.75, 0]);
    await expectClose(gaussianLikelihood().mean(prediction), prediction);
    await expectNoLeak(() => bernoulli().mean(prediction));
    await expectNoLeak(() => gaussianLikelihood().mean(prediction));
  });
});

describe('what likelihoods say of themselves', () => {
  it('is the range of the decoder and of the data', () => {
    expect(bernoulli()).toMatchObject({ prediction: 'logits', target: [0, 1] });
    expect(gaussianLikelihood()).toMatchObject({ prediction: 'unbounded', target: 'unbounded' });
  });

  it('is that a scale has to be above zero', async () => {
    await expectError(() => gaussianLikelihood({ scale: -1 }), 'GM_OPTION', 'gaussianLikelihood: expected scale', '-1');
  });

  it('is which shapes they cannot compare', async () => {
    await useBackend('cpu');
    const [x, y] = [tensor2d([[1, 2]]), tensor2d([[1]])];
    await expectError(() => bernoulli().logProb(x, y), 'GM_SHAPE', 'x [1, 2] and logits [1, 1]');
    await expectError(() => gaussianLikelihood().logProb(x, y), 'GM_SHAPE', 'x [1, 2] and mean [1, 1]');
  });
});
