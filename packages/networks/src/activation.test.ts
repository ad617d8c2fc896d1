import { seeded, spec } from '@gm/core';
import { draw, expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { add, grad, sum, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { activations as references, softmax as softmaxReference } from '../test/reference.js';
import { elu, gelu, leakyRelu, relu, selu, sigmoid, softmax, softplus, swish, tanh } from './activation.js';

const activations = { relu, leakyRelu, elu, selu, tanh, sigmoid, softplus, swish, gelu };
const names = Object.keys(activations) as (keyof typeof activations)[];
const offTheKink = draw([4, 6], { seed: 3 }).values;
const x = { shape: [4, 6], values: Array.from(offTheKink, (value) => value + 0.1 * Math.sign(value)) };

describe.each(backends)('activations on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each(names)('%s agrees with float64, as do its derivatives', async (name) => {
    const network = activations[name]()(spec([6]));
    await expectNoLeak(async () => {
      await checkGradients({ network, x, reference: (point) => point.map(references[name]) });
      await checkSecondGradients({ network, x });
    });
  });

  it('softmax agrees with float64, as do its derivatives', async () => {
    const network = softmax()(spec([6]));
    await checkGradients({ network, x, reference: softmaxReference(6) });
    await checkSecondGradients({ network, x });
  });

  it.each([...names, 'softmax'] as const)('%s stays finite far out, gradient and all', async (name) => {
    const network = { ...activations, softmax }[name]()(spec([3]));
    const points = tensor2d([[-40, 0, 40]]);
    const values = tidy(() => {
      const f = (point: Tensor) => sum(network.apply(point));
      return add(network.apply(points), grad(f)(points));
    });
    expect(Array.from(await values.data()).every(Number.isFinite)).toBe(true);
  });

  it('gives sums of one under softmax, along the last axis of any shape', async () => {
    const network = softmax()(spec([2, 3]));
    const sums = tidy(() => sum(network.apply(seeded(1).normal([4, 2, 3])), -1));
    await expectClose(sums, new Array(8).fill(1));
  });
});

describe('activations', () => {
  it('say which range they give', () => {
    const ranges = Object.entries({ ...activations, softmax }).map(([name, layer]) => [
      name,
      layer()(spec([2], [-3, 3])).output.range,
    ]);
    expect(Object.fromEntries(ranges)).toEqual({
      relu: 'unbounded',
      leakyRelu: 'unbounded',
      elu: 'unbounded',
      selu: 'unbounded',
      tanh: [-1, 1],
      sigmoid: [0, 1],
      softplus: 'unbounded',
      swish: 'unbounded',
      gelu: 'unbounded',
      softmax: [0, 1],
    });
  });

  it('take the slope of leakyRelu', async () => {
    const network = leakyRelu({ slope: 0.5 })(spec([]));
    await expectClose(network.apply(tensor1d([-2, 2])), [-1, 2]);
  });

  it('refuse a negative slope, and numbers that are not float32', async () => {
    await expectError(() => leakyRelu({ slope: -1 }), 'GM_OPTION', 'leakyRelu: expected slope', 'received -1');
    await expectError(
      () => relu()(spec([2], [0, 9], 'int32')),
      'GM_FIT',
      'relu: expected an input of type float32, received int32 [2] in [0, 9]. Cast to float32 first.',
    );
    await expectError(() => softmax()(spec([])), 'GM_FIT', 'softmax: expected an input with at least one axis');
  });
});
