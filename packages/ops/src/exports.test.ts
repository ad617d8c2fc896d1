import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as ops from './index.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(ops).sort()).toMatchInlineSnapshot(`
    [
      "adamUpdate",
      "adamUpdateKernel",
      "attention",
      "attentionGradKernel",
      "attentionKernel",
      "averageUpdate",
      "averageUpdateKernel",
      "batchNormalization",
      "batchNormalizationGradKernel",
      "batchNormalizationKernel",
      "clipByGlobalNorm",
      "clipToNormKernel",
      "convolution",
      "convolutionKernel",
      "gaussianKl",
      "gaussianKlGradKernel",
      "gaussianKlKernel",
      "gaussianKlPerDimension",
      "gaussianSample",
      "gaussianSampleGradKernel",
      "gaussianSampleKernel",
      "globalNorm",
      "globalNormKernel",
      "groupNormalization",
      "groupNormalizationGradKernel",
      "groupNormalizationKernel",
      "gru",
      "gruGradKernel",
      "gruKernel",
      "gumbelSoftmax",
      "layerNormalization",
      "layerNormalizationGradKernel",
      "layerNormalizationKernel",
      "linear",
      "linearKernel",
      "lstm",
      "lstmGradKernel",
      "lstmKernel",
      "maskedAttentionKernel",
      "maskedGruKernel",
      "maskedLstmKernel",
      "momentumUpdate",
      "momentumUpdateKernel",
      "rmspropUpdate",
      "rmspropUpdateKernel",
      "sigmoidCrossEntropyGradKernel",
      "sigmoidCrossEntropyKernel",
      "sigmoidCrossEntropyWithLogits",
      "softmaxCrossEntropyGradKernel",
      "softmaxCrossEntropyKernel",
      "softmaxCrossEntropyWithLogits",
      "squaredDistance",
      "squaredDistanceGradKernel",
      "squaredDistanceKernel",
    ]
  `);
});

it('the README shows every export, types too', async () => {
  const readme = new URL('../README.md', import.meta.url);
  expect(await undocumented(readme, ops, new URL('./index.ts', import.meta.url))).toEqual([]);
});
