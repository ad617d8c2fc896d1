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
} from '@gm/ops';
import { type Tensor, tensor2d, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { functionCase } from '../differentiate.js';
import { draw, drawWhole, read } from '../numbers.js';

const operation = functionCase('operations');

/** The first sequence is whole, the second has a hole, the third is short. */
const mask = () =>
  tensor2d([
    [1, 1, 1, 1],
    [1, 0, 1, 1],
    [1, 1, 0, 0],
  ]);

const weights = (gates: number) => ({ kernel: [6, gates * 5], recurrentKernel: [5, gates * 5], bias: [gates * 5] });
const sequence = [3, 4, 6] as const;
const heads = { q: [2, 2, 4, 3], k: [2, 2, 4, 3], v: [2, 2, 4, 5] } as const;
const normal = (shape: readonly number[]) => ({ x: shape, scale: shape.slice(-1), offset: shape.slice(-1) });
const codes = { mean: [3, 5], logVariance: [3, 5] } as const;

interface Lstm {
  x: Tensor;
  kernel: Tensor;
  recurrentKernel: Tensor;
  bias: Tensor;
  h: Tensor;
  c: Tensor;
}

const lstmOf = ({ x, kernel, recurrentKernel, bias, h, c }: Lstm, options: { mask?: Tensor } = {}) => {
  const { outputs, state } = lstm(x, { kernel, recurrentKernel, bias }, { state: { h, c }, ...options });
  return { outputs, h: state.h, c: state.c };
};

interface Gru {
  x: Tensor;
  kernel: Tensor;
  recurrentKernel: Tensor;
  bias: Tensor;
  recurrentBias: Tensor;
  state: Tensor;
}

const gruOf = ({ x, kernel, recurrentKernel, bias, recurrentBias, state }: Gru, options: { mask?: Tensor } = {}) => ({
  ...gru(x, { kernel, recurrentKernel, bias, recurrentBias }, { state, ...options }),
});

type Lists = Readonly<Record<string, Variable[]>> & { readonly parameters: Variable[]; readonly gradients: Tensor[] };

/** Three updates of two variables, along gradients of every size. */
function update(name: string, slots: readonly string[], move: (lists: Lists, count: number) => void): Case {
  return {
    group: 'operations',
    name,
    async run() {
      const shapes = [[5, 3], [7]];
      const parameters = shapes.map((shape, seed) => tidy(() => variable(draw(shape, { seed }))));
      const held = slots.map((slot) => [slot, parameters.map((p) => tidy(() => variable(zerosLike(p))))] as const);
      for (const count of [1, 2, 3]) {
        const gradients = shapes.map((shape, place) =>
          draw(shape, { seed: `${count} ${place}`, high: 10 ** (2 - count) }),
        );
        move({ parameters, gradients, ...Object.fromEntries(held) } as Lists, count);
        for (const gradient of gradients) gradient.dispose();
      }
      const lists = [['parameters', parameters] as const, ...held];
      const tensors = lists.flatMap(([list, all]) => all.map((x, index) => [`${list}/${index}`, x] as const));
      return { forward: await read(Object.fromEntries(tensors)) };
    },
  };
}

const adamNumbers = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };

type Moving = Parameters<typeof adamUpdate>[0];

export const operationCases: readonly Case[] = [
  operation('linear', { x: [3, 7], weights: [7, 5], bias: [5] }, ({ x, weights, bias }) => linear(x, weights, bias)),
  operation('convolution', { x: [2, 5, 4, 3], filter: [3, 3, 3, 4], bias: [4] }, ({ x, filter, bias }) =>
    convolution(x, filter, bias, { strides: [2, 2], pad: 'same' }),
  ),
  operation('attention', heads, ({ q, k, v }) => attention(q, k, v)),
  operation('attention, causal', heads, ({ q, k, v }) => attention(q, k, v, { causal: true, scale: 0.7 })),
  operation('attention, masked', { q: [3, 4, 5], k: [3, 4, 5], v: [3, 4, 5] }, ({ q, k, v }) =>
    attention(q, k, v, { mask: mask() }),
  ),
  operation('lstm', { x: sequence, ...weights(4), h: [3, 5], c: [3, 5] }, (inputs: Lstm) => lstmOf(inputs)),
  operation('lstm, masked', { x: sequence, ...weights(4), h: [3, 5], c: [3, 5] }, (inputs: Lstm) =>
    lstmOf(inputs, { mask: mask() }),
  ),
  operation('gru', { x: sequence, ...weights(3), recurrentBias: [15], state: [3, 5] }, (inputs: Gru) => gruOf(inputs)),
  operation('gru, masked', { x: sequence, ...weights(3), recurrentBias: [15], state: [3, 5] }, (inputs: Gru) =>
    gruOf(inputs, { mask: mask() }),
  ),
  operation('batchNormalization', normal([2, 5, 4, 3]), ({ x, scale, offset }) => ({
    ...batchNormalization(x, scale, offset),
  })),
  operation('groupNormalization', normal([2, 3, 2, 6]), ({ x, scale, offset }) =>
    groupNormalization(x, scale, offset, { groups: 3 }),
  ),
  operation('layerNormalization', normal([3, 4, 6]), ({ x, scale, offset }) => layerNormalization(x, scale, offset)),
  operation('gaussianKl', codes, ({ mean, logVariance }) => gaussianKl(mean, logVariance)),
  operation('gaussianKlPerDimension', codes, ({ mean, logVariance }) => gaussianKlPerDimension(mean, logVariance)),
  operation('gaussianSample', { ...codes, noise: [3, 5] }, ({ mean, logVariance, noise }) =>
    gaussianSample(mean, logVariance, noise),
  ),
  operation('gumbelSoftmax', { logits: [3, 5] }, ({ logits }) =>
    gumbelSoftmax(logits, draw([3, 5], { low: 0.01, high: 0.99, seed: 'uniform' }), { temperature: 0.7, hard: false }),
  ),
  operation('squaredDistance', { x: [3, 5], y: [3, 5] }, ({ x, y }) => squaredDistance(x, y, { scale: 0.7 })),
  operation('sigmoidCrossEntropyWithLogits', { logits: { shape: [3, 5], low: -6, high: 6 } }, ({ logits }) =>
    sigmoidCrossEntropyWithLogits(draw([3, 5], { low: 0, seed: 'labels' }), logits),
  ),
  operation('softmaxCrossEntropyWithLogits', { logits: { shape: [3, 4, 5], low: -6, high: 6 } }, ({ logits }) =>
    softmaxCrossEntropyWithLogits(drawWhole([3, 4], 5), logits, { smoothing: 0.1 }),
  ),
  operation('globalNorm', { a: [5, 3], b: [7] }, ({ a, b }) => globalNorm([a, b])),
  operation('clipByGlobalNorm', { a: [5, 3], b: [7] }, ({ a, b }) => {
    const [first, second] = clipByGlobalNorm([a, b], 1.5, globalNorm([a, b]));
    return { first: first!, second: second! };
  }),
  update('adamUpdate', ['means', 'meanSquares'], (lists, count) =>
    adamUpdate(lists as unknown as Moving, { ...adamNumbers, weightDecay: 0.1, count }),
  ),
  update('rmspropUpdate', ['meanSquares'], (lists) =>
    rmspropUpdate(lists as never, { learningRate: 0.1, decay: 0.9, epsilon: 1e-8 }),
  ),
  update('momentumUpdate', ['velocities'], (lists) =>
    momentumUpdate(lists as never, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
  ),
  update('averageUpdate', ['averages'], ({ averages, gradients }) =>
    averageUpdate({ averages: averages!, parameters: gradients }, 0.9),
  ),
];
