import { type Network, spec } from '@gm/core';
import { testNetwork } from '@gm/core/testing';
import { matMul, ones, type Tensor2D, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { layers, sequential as layersSequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import {
  batchNorm,
  conv2d,
  conv2dTranspose,
  dense,
  dropout,
  elu,
  embedding,
  flatten,
  fromLayersModel,
  frozen,
  gaussianNoise,
  gelu,
  globalAverage,
  groupNorm,
  gru,
  gumbelSoftmax,
  layerNorm,
  leakyRelu,
  lstm,
  network,
  parallel,
  perStep,
  relu,
  rescale,
  reshape,
  residual,
  selfAttention,
  selu,
  sequenceReader,
  sequential,
  sigmoid,
  softmax,
  softplus,
  spectralNorm,
  swish,
  tanh,
  weightNorm,
} from './index.js';

const runner = { describe, it };
const row = spec([5]);
const image = spec([4, 4, 2]);
const sequence = spec([3, 4]);

/** A stranger's network: a literal with nothing of ours in it at run time but the check of its own. */
function scaled(): Network {
  const scale: Variable = tidy(() => variable(ones([5, 3])));
  const check = network({
    name: 'scaled',
    input: row,
    output: spec([3]),
    apply: (x) => matMul(x as Tensor2D, scale as never),
  });
  return {
    input: row,
    output: spec([3]),
    parameters: { scale },
    apply: (x) => check.apply(x),
    dispose: () => scale.dispose(),
  };
}

function adopted(): Network {
  const model = layersSequential();
  model.add(layers.dense({ units: 4, inputShape: [5], activation: 'elu', kernelInitializer: 'ones' }));
  model.add(layers.batchNormalization());
  model.add(layers.dropout({ rate: 0.5 }));
  model.add(layers.dense({ units: 2, activation: 'sigmoid', kernelInitializer: 'ones' }));
  return fromLayersModel(model, { output: [0, 1] });
}

describe.each(backends)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  testNetwork(runner, 'dense', (random) => dense({ units: 3, random })(row));
  testNetwork(runner, 'dense with weightNorm', (random) => dense({ units: 3, kernelNorm: weightNorm(), random })(row));
  testNetwork(runner, 'conv2d with spectralNorm', (random) =>
    conv2d({ filters: 2, kernelSize: 3, kernelNorm: spectralNorm(), random })(image),
  );
  testNetwork(runner, 'conv2d', (random) => conv2d({ filters: 2, kernelSize: 3, strides: 2, random })(image));
  testNetwork(runner, 'conv2dTranspose', (random) =>
    conv2dTranspose({ filters: 2, kernelSize: 4, strides: 2, random })(image),
  );
  testNetwork(runner, 'batchNorm of rows', () => batchNorm()(row));
  testNetwork(runner, 'batchNorm of images', () => batchNorm()(image));
  testNetwork(runner, 'layerNorm', () => layerNorm()(row));
  testNetwork(runner, 'groupNorm', () => groupNorm({ groups: 2 })(image));
  testNetwork(runner, 'dropout', () => dropout({ rate: 0.5 })(row));
  testNetwork(runner, 'gaussianNoise', () => gaussianNoise({ scale: 0.5 })(row));
  testNetwork(runner, 'gumbelSoftmax', () => gumbelSoftmax({ hard: false })(row));
  testNetwork(runner, 'globalAverage', () => globalAverage()(image));
  testNetwork(runner, 'flatten', () => flatten()(image));
  testNetwork(runner, 'reshape', () => reshape([8, 4])(image));
  testNetwork(runner, 'rescale', () => rescale([0, 1], [-1, 1])(spec([5], [0, 1])));
  for (const layer of [relu, leakyRelu, elu, selu, tanh, sigmoid, softplus, swish, gelu, softmax]) {
    testNetwork(runner, layer.name, () => layer()(row));
  }
  testNetwork(runner, 'lstm', (random) => lstm({ units: 3, random })(sequence));
  testNetwork(runner, 'gru', (random) => gru({ units: 3, sequences: true, random })(sequence));
  testNetwork(runner, 'selfAttention', (random) => selfAttention({ heads: 2, causal: true, random })(sequence));
  testNetwork(runner, 'sequenceReader', (random) => sequenceReader({ input: sequence, hidden: [3, 4], random }));
  testNetwork(runner, 'sequenceReader of symbols', (random) =>
    sequenceReader({ input: spec([4], [0, 6], 'int32'), padding: 0, hidden: [3], cell: 'gru', random }),
  );
  testNetwork(runner, 'embedding', (random) =>
    embedding({ vocabulary: 7, units: 3, random })(spec([4], [0, 6], 'int32')),
  );
  testNetwork(runner, 'perStep', (random) => perStep(dense({ units: 3, random }), tanh())(sequence));
  testNetwork(runner, 'residual', (random) => residual(dense({ units: 5, random }), tanh())(row));
  testNetwork(runner, 'parallel', (random) => parallel([], [dense({ units: 5, random }), tanh()])(row));
  testNetwork(runner, 'sequential', (random) =>
    sequential(
      image,
      conv2d({ filters: 3, kernelSize: 3, random, bias: false }),
      batchNorm(),
      swish(),
      flatten(),
      dropout({ rate: 0.2 }),
      dense({ units: 2, random }),
    ),
  );
  testNetwork(runner, 'a frozen part', (random) => {
    const given = dense({ units: 4, random })(row);
    const network = sequential(row, frozen(given), dense({ units: 2, random }));
    return {
      ...network,
      dispose() {
        network.dispose();
        given.dispose();
      },
    };
  });
  testNetwork(runner, 'an adopted model', () => adopted());
  testNetwork(runner, 'a literal', () => scaled());
});
