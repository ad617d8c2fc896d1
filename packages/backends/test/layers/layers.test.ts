import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../src/use.js';
import { expectNear } from '../kernelCase.js';
import { alphabet, digits, pieces } from './data.js';

const seeded = (seed: number) => initializers.glorotUniform({ seed });

/** A classifier of images as the examples of tfjs-layers write it: compiled, and fitted to arrays. */
async function classifier(): Promise<number[]> {
  const { images, labels } = digits(64, 1);
  const x = tf.tensor4d(images, [64, 28, 28, 1]);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 10));
  const model = sequential({
    layers: [
      layers.conv2d({
        inputShape: [28, 28, 1],
        filters: 4,
        kernelSize: 5,
        activation: 'relu',
        kernelInitializer: seeded(1),
      }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d({
        filters: 8,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        useBias: false, // no gradient but noise before a normalization, and Adam divides noise by its own size
        kernelInitializer: seeded(2),
      }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
    ],
  });
  const optimizer = tf.train.adam(0.005);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const losses: number[] = [];
  await model.fit(x, y, {
    batchSize: 16,
    epochs: 4,
    shuffle: false,
    verbose: 0,
    callbacks: { onBatchEnd: async (_, logs) => void losses.push(logs!.loss!) },
  });
  for (const part of [model, optimizer, x, y]) part.dispose();
  return losses;
}

/** A model of text as a user writes it who has a loop of his own: embedding, LSTM, and a loss for each character. */
async function textModel(): Promise<number[]> {
  const model = sequential({
    layers: [
      layers.embedding({ inputDim: alphabet.length, outputDim: 16, inputLength: 12, embeddingsInitializer: seeded(1) }),
      layers.lstm({
        units: 32,
        returnSequences: true,
        kernelInitializer: seeded(2),
        recurrentInitializer: seeded(3),
        recurrentActivation: 'sigmoid',
      }),
      layers.dense({ units: alphabet.length, kernelInitializer: seeded(4) }),
    ],
  });
  const optimizer = tf.train.rmsprop(0.01);
  const losses: number[] = [];
  for (let step = 0; step < 40; step++) {
    const { inputs, targets } = pieces(8, 12, step);
    const loss = tf.tidy(() => {
      const x = tf.tensor2d(inputs, undefined, 'float32');
      const y = tf.oneHot(tf.tensor2d(targets, undefined, 'int32'), alphabet.length) as tf.Tensor3D;
      return optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor3D) as tf.Scalar,
        true,
      )!;
    });
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  model.dispose();
  optimizer.dispose();
  return losses;
}

describe('plain tfjs-layers models learn on wasm what they learn on cpu:', () => {
  it.each([
    ['a convolutional classifier of digits, fitted', classifier, 0.5],
    ['a text model of embedding and LSTM, in a loop of its own', textModel, 0.8],
  ])('%s', { timeout: 180_000 }, async (_, train, fall) => {
    await useBackend('cpu');
    const before = tf.memory().numTensors;
    const onCpu = await train();
    await useBackend('wasm', { threads: 2 });
    const onWasm = await train();
    expect(tf.memory().numTensors).toBe(before);
    // 5e-7 where this was written; rounding then grows with the steps, to 1e-5.
    expectNear(onWasm.slice(0, 10), onCpu.slice(0, 10), 1e-4);
    expectNear(onWasm, onCpu, 1e-3);
    expect(mean(onWasm.slice(-4))).toBeLessThan(fall * mean(onWasm.slice(0, 4)));
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
