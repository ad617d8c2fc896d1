import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { add, moments, mul, ones, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { weightNorm } from './kernelNorm.js';
import { standardizeOutputs } from './standardizeOutputs.js';

const random = seeded(1);

describe.each(backends)('standardizeOutputs on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('gives each output mean 0 and variance 1 on the batch, and gives those outputs back', async () => {
    const layer = dense({ units: 5, kernelNorm: weightNorm(), random })(spec([7]));
    const x = add(mul(seeded(2).normal([400, 7]), 3), 2);
    const given = standardizeOutputs(layer, x);
    await expectClose(layer.apply(x), Array.from(await given.data()));
    const { mean, variance } = moments(given, 0);
    await expectClose(add(mean, 1), [1, 1, 1, 1, 1], 1e-5);
    await expectClose(variance, [1, 1, 1, 1, 1], 1e-4);
  });

  it('takes all places of an image together', async () => {
    const layer = conv2d({ filters: 3, kernelSize: 3, kernelNorm: weightNorm({ fixedGain: true }), random })(
      spec([6, 6, 2]),
    );
    const { mean, variance } = moments(standardizeOutputs(layer, seeded(3).uniform([50, 6, 6, 2])), [0, 1, 2]);
    await expectClose(add(mean, 1), [1, 1, 1], 1e-5);
    await expectClose(variance, [1, 1, 1], 1e-4);
  });

  it('leaves the direction of the weights, and no tensor', async () => {
    const layer = dense({ units: 2, kernelNorm: weightNorm(), random })(spec([3]));
    const kernel = Array.from(await layer.parameters.kernel!.data());
    const x = seeded(4).normal([10, 3]);
    await expectNoLeak(() => standardizeOutputs(layer, x));
    await expectClose(layer.parameters.kernel!, kernel);
  });

  it('stays finite where an output is the same for all examples', async () => {
    const layer = dense({ units: 2, kernelNorm: weightNorm(), random })(spec([3]));
    await expectClose(add(standardizeOutputs(layer, ones([4, 3])), 1), [1, 1, 1, 1, 1, 1, 1, 1], 1e-3);
  });
});

it('standardizeOutputs refuses a layer without a gain or a bias, and a batch of something else', async () => {
  await useBackend('cpu');
  const input = spec([3]);
  const bare = dense({ units: 2, random })(input);
  const unbiased = dense({ units: 2, bias: false, kernelNorm: weightNorm(), random })(input);
  for (const layer of [bare, unbiased])
    await expectError(() => standardizeOutputs(layer, zeros([2, 3])), 'GM_OPTION', 'gain');
  const layer = dense({ units: 2, kernelNorm: weightNorm(), random })(input);
  await expectError(() => standardizeOutputs(layer, zeros([2, 4])), 'GM_SHAPE', '4');
  expect(layer.parameters.gain).toBeDefined();
});
