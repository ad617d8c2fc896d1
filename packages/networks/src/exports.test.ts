import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as networks from './index.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(networks).sort()).toMatchInlineSnapshot(`
    [
      "batchNorm",
      "conditionBy",
      "conditionOf",
      "conditioned",
      "conv2d",
      "conv2dTranspose",
      "copyWeights",
      "countParameters",
      "decodeSafetensors",
      "dense",
      "dropout",
      "elu",
      "embedding",
      "encodeSafetensors",
      "flatten",
      "fromLayersModel",
      "frozen",
      "gaussianNoise",
      "gelu",
      "globalAverage",
      "glorotUniform",
      "groupNorm",
      "gru",
      "gumbelSoftmax",
      "heNormal",
      "layerNorm",
      "leakyRelu",
      "loadWeights",
      "lstm",
      "network",
      "normalInit",
      "ones",
      "orthogonal",
      "parallel",
      "perStep",
      "projection",
      "recurrentNetwork",
      "relu",
      "rescale",
      "reshape",
      "residual",
      "saveWeights",
      "selfAttention",
      "selu",
      "sequenceReader",
      "sequential",
      "sigmoid",
      "softmax",
      "softplus",
      "spectralNorm",
      "standardizeOutputs",
      "swish",
      "tanh",
      "weightNorm",
      "weightsOf",
      "zeros",
    ]
  `);
});

it('the README shows every export', async () => {
  expect(await undocumented(new URL('../README.md', import.meta.url), networks)).toEqual([]);
});
