import { spec } from '@gm/core';
import { draw, expectClose, expectError, expectGradient, expectNoLeak, expectSame, tensorOf } from '@gm/core/testing';
import { memory, ones, type Scalar, square, sum, tidy, train, variableGrads } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, sequential as layersSequential } from '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { dense as denseReference } from '../test/reference.js';
import { fromLayersModel } from './adopt.js';
import { loadWeights, saveWeights } from './weights.js';

function classifier() {
  const model = layersSequential();
  model.add(layers.dense({ units: 3, inputShape: [4] }));
  model.add(layers.batchNormalization());
  model.add(layers.activation({ activation: 'tanh' }));
  model.add(layers.dense({ units: 2 }));
  return model;
}

describe.each(backends)('fromLayersModel on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('computes what the model computes', async () => {
    const model = classifier();
    const network = fromLayersModel(model, { input: [0, 1], output: 'logits' });
    expect([network.input, network.output]).toEqual([spec([4], [0, 1]), spec([2], 'logits')]);
    const x = tensorOf(draw([5, 4]));
    await expectSame(network.apply(x), model.predict(x) as never);
    await expectNoLeak(() => network.apply(x));
    await expectNoLeak(() => network.apply(x, { training: true }));
  });

  it('names weights by the position of their layer', () => {
    const network = fromLayersModel(classifier());
    expect(Object.keys(network.parameters)).toEqual(['0/kernel', '0/bias', '1/gamma', '1/beta', '3/kernel', '3/bias']);
    expect(Object.keys(network.buffers!)).toEqual(['1/moving_mean', '1/moving_variance']);
  });

  it('keeps the names when layers are frozen, whose weights become buffers', () => {
    const model = classifier();
    model.layers[0]!.trainable = false;
    const network = fromLayersModel(model);
    expect(Object.keys(network.parameters)).toEqual(['1/gamma', '1/beta', '3/kernel', '3/bias']);
    expect(Object.keys(network.buffers!)).toEqual(['0/kernel', '0/bias', '1/moving_mean', '1/moving_variance']);
  });

  it('tells equal names apart where a layer is a model itself', () => {
    const inner = layersSequential();
    inner.add(layers.dense({ units: 3, inputShape: [2], useBias: false }));
    inner.add(layers.dense({ units: 3, useBias: false }));
    const model = layersSequential();
    model.add(inner);
    expect(Object.keys(fromLayersModel(model).parameters)).toEqual(['0/kernel', '0/kernel_1']);
  });

  it('trains the model itself, and its running statistics', async () => {
    const model = classifier();
    const network = fromLayersModel(model);
    const x = tensorOf(draw([8, 4]));
    const loss = () => tidy(() => sum(square(network.apply(x, { training: true }))) as Scalar);
    const before = (await network.apply(x).data()).slice();
    const optimizer = train.sgd(0.01);
    const { value, grads } = variableGrads(loss, Object.values(network.parameters));
    optimizer.applyGradients(grads);
    await expectClose(network.apply(x), model.predict(x) as never);
    expect(await network.apply(x).data()).not.toEqual(before);
    const means = await network.buffers!['1/moving_mean']!.data();
    expect(means.every((mean) => mean !== 0)).toBe(true);
    expect(value.isDisposed).toBe(false);
  });

  it('agrees with float64, gradient and all', async () => {
    const model = layersSequential();
    model.add(layers.dense({ units: 3, inputShape: [4], kernelInitializer: 'randomNormal', biasInitializer: 'ones' }));
    const network = fromLayersModel(model);
    const [kernel, bias] = await Promise.all(
      Object.values(network.parameters).map(async (value) => Float64Array.from(await value.data())),
    );
    const reference = denseReference(2, 4, 3);
    await expectGradient({
      f: (x) => sum(square(network.apply(x))),
      reference: (x) => reference(x, { kernel: kernel!, bias: bias! }).reduce((total, y) => total + y * y, 0),
      inputs: [draw([2, 4])],
    });
  });

  it('saves its weights, and loads them into another model of that shape', async () => {
    const [one, other] = [fromLayersModel(classifier()), fromLayersModel(classifier())];
    loadWeights(other, await saveWeights(one));
    const x = tensorOf(draw([2, 4]));
    await expectSame(other.apply(x), one.apply(x));
  });

  it('adopts images, and disposes of the model', async () => {
    const before = memory().numTensors;
    const model = layersSequential();
    model.add(layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }));
    const network = fromLayersModel(model);
    expect(network.output.shape).toEqual([3, 3, 2]);
    network.dispose();
    expect(memory().numTensors).toBe(before);
    await expectError(() => network.apply(ones([1, 5, 5, 1])), 'GM_DISPOSED', 'fromLayersModel');
  });
});

describe('fromLayersModel', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuses several inputs', async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [3] })];
    const joined = layers.concatenate().apply([a, b]) as never;
    await expectError(
      () => fromLayersModel(layersModel({ inputs: [a, b], outputs: joined })),
      'GM_FIT',
      'fromLayersModel: expected a model with one input of known sizes, received [batch, 2] and [batch, 3]. ' +
        'Give the model one tensor of fixed sizes on either side; only the batch may be open.',
    );
  });

  it('refuses several outputs', async () => {
    const x = input({ shape: [2] });
    const outputs = [1, 2].map((units) => layers.dense({ units }).apply(x) as never);
    await expectError(
      () => fromLayersModel(layersModel({ inputs: x, outputs })),
      'GM_FIT',
      'one output of known sizes',
    );
  });

  it('refuses open sizes', async () => {
    const model = layersSequential();
    model.add(layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, 28, 1] }));
    await expectError(() => fromLayersModel(model), 'GM_FIT', 'received [batch, ?, 28, 1]');
  });

  it('refuses a model that is not built', async () => {
    await expectError(() => fromLayersModel(layersSequential()), 'GM_FIT', 'received a model that is not built');
  });
});
