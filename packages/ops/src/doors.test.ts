import '@tensorflow/tfjs-backend-cpu';
import type { ErrorCode } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { memory, type Tensor, variable, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  adamUpdate,
  attention,
  averageUpdate,
  batchNormalization,
  clipByGlobalNorm,
  convolution,
  gaussianKl,
  gaussianKlPerDimension,
  gaussianSample,
  globalNorm,
  groupNormalization,
  gru,
  gumbelSoftmax,
  layerNormalization,
  linear,
  lstm,
  momentumUpdate,
  rmspropUpdate,
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  squaredDistance,
} from './index.js';

type Refusal = readonly [what: string, code: ErrorCode, work: () => unknown, ...fragments: string[]];

/** Zeros of a shape, made once, so that tensors made later are the operation's own. */
const made = new Map<string, Tensor>();
function of(shape: number[], dtype: 'float32' | 'int32' = 'float32'): Tensor {
  const key = `${dtype} ${shape}`;
  if (!made.has(key)) made.set(key, zeros(shape, dtype));
  return made.get(key)!;
}
const int = (...shape: number[]) => of(shape, 'int32');
const float = (...shape: number[]) => of(shape);

const [w, m, v] = [variable(float(2)), variable(float(2)), variable(float(2))] as const;
const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, count: 1 };
const rmsprop = { learningRate: 0.1, decay: 0.9, epsilon: 1e-8 };
const lists = { parameters: [w], gradients: [float(2)], means: [m], meanSquares: [v] };

const lstmWeights = { kernel: float(3, 8), recurrentKernel: float(2, 8), bias: float(8) };
const gruWeights = { kernel: float(3, 6), recurrentKernel: float(2, 6), bias: float(6), recurrentBias: float(6) };

const short = { parameters: [w], gradients: [float(2)], meanSquares: [v] };
const variable3 = variable(float(3));
const push = { learningRate: 0.1, momentum: 0.9 };
const stateOf = (h: Tensor) => ({ h, c: float(2, 2) });
const attended = (q: Tensor, options = {}) => attention(q, float(2, 3, 4), float(2, 3, 4), options);
const convolved = (x: Tensor) => convolution(x, float(3, 3, 1, 2), float(2), { strides: [1, 1], pad: 'valid' });

const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  sigmoidCrossEntropyWithLogits: [
    ['other shapes', 'GM_SHAPE', () => sigmoidCrossEntropyWithLogits(float(2, 3), float(2, 4)), '[2, 3]', '[2, 4]'],
    ['no batch', 'GM_SHAPE', () => sigmoidCrossEntropyWithLogits(1, float()), 'logits []'],
  ],
  softmaxCrossEntropyWithLogits: [
    ['labels of another shape', 'GM_SHAPE', () => softmaxCrossEntropyWithLogits(int(3), float(2, 4)), 'labels [3]'],
    ['no classes', 'GM_SHAPE', () => softmaxCrossEntropyWithLogits(int(2), float(2, 0)), 'logits [2, 0]'],
    ['float labels', 'GM_DTYPE', () => softmaxCrossEntropyWithLogits(float(2), float(2, 4)), 'int32', 'float32'],
    ['smoothing', 'GM_OPTION', () => softmaxCrossEntropyWithLogits(int(2), float(2, 4), { smoothing: 2 }), 'smoothing'],
  ],
  squaredDistance: [
    ['other shapes', 'GM_SHAPE', () => squaredDistance(float(2), float(3)), 'x [2]', 'y [3]'],
    ['no unit', 'GM_OPTION', () => squaredDistance(float(2), 0, { scale: 0 }), 'scale'],
  ],
  gaussianKl: [['other shapes', 'GM_SHAPE', () => gaussianKl(float(2, 3), float(2, 4)), 'logVariance [2, 4]']],
  gaussianKlPerDimension: [['no batch', 'GM_SHAPE', () => gaussianKlPerDimension(float(), float()), 'mean []']],
  gaussianSample: [['other noise', 'GM_SHAPE', () => gaussianSample(float(2, 3), float(2, 3), float(3)), 'noise [3]']],
  gumbelSoftmax: [
    ['other noise', 'GM_SHAPE', () => gumbelSoftmax(float(2, 3), float(2, 4)), '[2, 3] and [2, 4]'],
    ['one category', 'GM_SHAPE', () => gumbelSoftmax(float(2, 1), float(2, 1)), 'two categories or more'],
    ['τ of 0', 'GM_OPTION', () => gumbelSoftmax(float(2, 3), float(2, 3), { temperature: 0 }), 'temperature'],
  ],
  batchNormalization: [
    ['a long scale', 'GM_SHAPE', () => batchNormalization(float(2, 3), float(4), float(3)), 'scale [4]'],
    ['an empty batch', 'GM_SHAPE', () => batchNormalization(float(0, 3), float(3), float(3)), 'x [0, 3]'],
    ['int32', 'GM_DTYPE', () => batchNormalization(int(2, 3), float(3), float(3)), 'x int32'],
    ['ε of 0', 'GM_OPTION', () => batchNormalization(float(2, 3), float(3), float(3), { epsilon: 0 }), 'epsilon'],
  ],
  layerNormalization: [
    ['a long offset', 'GM_SHAPE', () => layerNormalization(float(2, 3), float(3), float(4)), 'offset [4]'],
    ['int32', 'GM_DTYPE', () => layerNormalization(float(2, 3), int(3), float(3)), 'scale int32'],
    ['ε below 0', 'GM_OPTION', () => layerNormalization(float(2, 3), float(3), float(3), { epsilon: -1 }), 'epsilon'],
  ],
  groupNormalization: [
    ['no batch', 'GM_SHAPE', () => groupNormalization(float(4), float(4), float(4), { groups: 2 }), 'x [4]'],
    ['int32', 'GM_DTYPE', () => groupNormalization(float(2, 4), float(4), int(4), { groups: 2 }), 'offset int32'],
    ['no divisor', 'GM_OPTION', () => groupNormalization(float(2, 4), float(4), float(4), { groups: 3 }), '4 channels'],
    ['half a group', 'GM_OPTION', () => groupNormalization(float(2, 4), float(4), float(4), { groups: 0.5 }), 'groups'],
  ],
  linear: [
    ['another depth', 'GM_SHAPE', () => linear(float(2, 3), float(4, 5), float(5)), 'x [2, 3]', 'weights [4, 5]'],
    ['int32', 'GM_DTYPE', () => linear(int(2, 3), float(3, 5), float(5)), 'x of float32', 'int32'],
  ],
  convolution: [
    ['other channels', 'GM_SHAPE', () => convolved(float(1, 4, 4, 2)), 'x [1, 4, 4, 2]', 'filter [3, 3, 1, 2]'],
    ['int32', 'GM_DTYPE', () => convolved(int(1, 4, 4, 1)), 'x of float32'],
  ],
  lstm: [
    ['no sequences', 'GM_SHAPE', () => lstm(float(2, 3), lstmWeights), '[batch, time, features]'],
    ['other features', 'GM_SHAPE', () => lstm(float(2, 5, 4), lstmWeights), 'kernel', '[4, 8]', '[3, 8]'],
    ['another state', 'GM_SHAPE', () => lstm(float(2, 5, 3), lstmWeights, { state: stateOf(float(1, 2)) }), 'state.h'],
    ['another mask', 'GM_SHAPE', () => lstm(float(2, 5, 3), lstmWeights, { mask: float(2, 4) }), 'mask', '[2, 5]'],
    ['int32', 'GM_DTYPE', () => lstm(int(2, 5, 3), lstmWeights), "cast(x, 'float32')"],
  ],
  gru: [
    ['no sequences', 'GM_SHAPE', () => gru(float(2, 3), gruWeights), '[batch, time, features]'],
    [
      'another bias',
      'GM_SHAPE',
      () => gru(float(2, 5, 3), { ...gruWeights, recurrentBias: float(2) }),
      'recurrentBias',
    ],
    ['another state', 'GM_SHAPE', () => gru(float(2, 5, 3), gruWeights, { state: float(2, 3) }), 'state', '[2, 2]'],
    ['another mask', 'GM_SHAPE', () => gru(float(2, 5, 3), gruWeights, { mask: float(5) }), 'mask'],
    ['int32', 'GM_DTYPE', () => gru(float(2, 5, 3), { ...gruWeights, bias: int(6) }), 'bias of type float32'],
  ],
  attention: [
    ['one axis', 'GM_SHAPE', () => attention(float(3), float(3), float(3)), '[batch, heads, queries, depth]'],
    ['mixed ranks', 'GM_SHAPE', () => attention(float(2, 3, 4), float(2, 1, 3, 4), float(2, 3, 4)), 'rank of q'],
    ['another depth', 'GM_SHAPE', () => attention(float(2, 3, 4), float(2, 3, 5), float(2, 3, 4)), 'k of shape'],
    ['a past that is not', 'GM_SHAPE', () => attended(float(2, 2, 4), { causal: true }), '2 queries and 3 keys'],
    ['another mask', 'GM_SHAPE', () => attended(float(2, 3, 4), { mask: float(3) }), 'mask', '[2, 3]'],
    ['int32', 'GM_DTYPE', () => attended(int(2, 3, 4)), 'q of type float32'],
    ['a scale', 'GM_OPTION', () => attended(float(2, 3, 4), { scale: Number.NaN }), 'scale'],
  ],
  adamUpdate: [
    ['a short list', 'GM_SHAPE', () => adamUpdate({ ...lists, means: [] }, adam), 'as many means as parameters'],
    ['another shape', 'GM_SHAPE', () => adamUpdate({ ...lists, gradients: [float(3)] }, adam), 'gradients[0]', '[3]'],
    ['int32', 'GM_DTYPE', () => adamUpdate({ ...lists, gradients: [int(2)] }, adam), 'gradients[0] of float32'],
    ['one twice', 'GM_OPTION', () => adamUpdate({ ...lists, means: [v] }, adam), 'every variable once'],
  ],
  rmspropUpdate: [
    ['a short list', 'GM_SHAPE', () => rmspropUpdate({ ...short, meanSquares: [] }, rmsprop), 'meanSquares'],
    ['int32', 'GM_DTYPE', () => rmspropUpdate({ ...short, gradients: [int(2)] }, rmsprop), 'gradients[0]'],
    ['read and changed', 'GM_OPTION', () => rmspropUpdate({ ...short, gradients: [w] }, rmsprop), 'one twice'],
  ],
  momentumUpdate: [
    ['another shape', 'GM_SHAPE', () => momentumUpdate({ ...short, velocities: [variable3] }, push), 'velocities[0]'],
    [
      'int32',
      'GM_DTYPE',
      () => momentumUpdate({ ...short, gradients: [int(2)] }, { learningRate: 0.1 }),
      'gradients[0]',
    ],
    ['no velocities', 'GM_OPTION', () => momentumUpdate(short, push), 'velocities for momentum 0.9'],
    ['one twice', 'GM_OPTION', () => momentumUpdate({ ...short, velocities: [w] }, push), 'every variable once'],
  ],
  averageUpdate: [
    ['a short list', 'GM_SHAPE', () => averageUpdate({ averages: [w], parameters: [] }, 0.9), 'parameters', '0 and 1'],
    ['int32', 'GM_DTYPE', () => averageUpdate({ averages: [w], parameters: [int(2)] }, 0.9), 'parameters[0]'],
    ['itself', 'GM_OPTION', () => averageUpdate({ averages: [w], parameters: [w] }, 0.9), 'every variable once'],
  ],
  globalNorm: [['int32', 'GM_DTYPE', () => globalNorm([float(2), int(2)]), 'xs[1] of float32']],
  clipByGlobalNorm: [
    ['int32', 'GM_DTYPE', () => clipByGlobalNorm([int(2)], 1, float()), 'xs[0] of float32'],
    ['no length', 'GM_OPTION', () => clipByGlobalNorm([float(2)], 0, float()), 'limit'],
  ],
};

describe.each(Object.entries(refusals))('%s refuses', (name, cases) => {
  for (const [what, code, work, ...fragments] of cases) {
    it(`${what} with ${code}, and makes no tensor`, async () => {
      await expectError(work, code, name, ...fragments); // makes what it is given
      const before = memory().numTensors;
      await expectError(work, code);
      expect(memory().numTensors).toBe(before);
    });
  }
});

it('every operation has a door that refuses', async () => {
  const operations = Object.entries(await import('./index.js')).filter(([, value]) => typeof value === 'function');
  expect(operations.map(([name]) => name).filter((name) => !(name in refusals))).toEqual([]);
});
