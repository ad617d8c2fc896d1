import { draw, expectGradient, expectSecondGradient, type Input } from '@gm/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import {
  convolution,
  depthwise,
  each,
  erfOf,
  logSumExp,
  pairwise,
  pooling,
  type Reference,
  rows,
  softmaxOf,
  total,
  type Window,
} from '../../test/reference.js';
import { useBackend } from '../use.js';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
interface Case {
  readonly name: string;
  readonly op: Op;
  readonly reference: Reference;
  readonly inputs: readonly Input[];
  /** Right at first order only. */
  readonly once?: boolean;
}

/** Nothing closer than 0.1 to the kinks at −1, 0, 1 and 6. */
const clear = (input: Input): Input => ({
  ...input,
  values: Float32Array.from(input.values, (x) => {
    const kink = [-1, 0, 1, 6].find((place) => Math.abs(x - place) < 0.1);
    return kink === undefined ? x : x + (x < kink ? -0.1 : 0.1);
  }),
});
const x = clear(draw([3, 4], { range: [-3, 3] }));
const wide = clear(draw([3, 4], { range: [-3, 9] }));
const positive = draw([3, 4], { range: [0.5, 2] });
const other = clear(draw([3, 4], { range: [-3, 3], seed: 9 }));
const image = draw([1, 5, 4, 2], { seed: 3 });
const filter = draw([3, 2, 2, 3], { seed: 4 });
const spread = (input: Input): Input => ({
  ...input,
  values: Float32Array.from(input.values, (_, i) => ((i * 7) % 40) / 5 - 3.9),
});

const selu = (v: number) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v));
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const softplus = (v: number) => Math.log1p(Math.exp(v));
const leaky = (v: number) => (v > 0 ? v : 0.2 * v);

const unary = (name: string, op: (x: tf.Tensor) => tf.Tensor, f: (x: number) => number, input = x): Case => ({
  name,
  op: op as Op,
  reference: each(f),
  inputs: [input],
});
const rowwise = (name: string, op: Op, f: (row: Float64Array) => ArrayLike<number>): Case => ({
  name,
  op,
  reference: rows(4, f),
  inputs: [x],
});
const window = (kernel: readonly [number, number], stride: number, more: Partial<Window> = {}): Window => ({
  input: [5, 4, 2],
  kernel,
  stride,
  ...more,
});
const conv = (name: string, w: Window): Case => ({
  name: `conv2d, ${name}`,
  op: (x, f) =>
    tf.conv2d(
      x as tf.Tensor4D,
      f as tf.Tensor4D,
      w.stride,
      w.same === false ? 'valid' : 'same',
      'NHWC',
      w.dilation ?? 1,
    ),
  reference: convolution(w, 3),
  inputs: [image, filter],
});
const depth = (name: string, w: Window): Case => ({
  name: `depthwiseConv2d, ${name}`,
  op: (x, f) =>
    tf.depthwiseConv2d(
      x as tf.Tensor4D,
      f as tf.Tensor4D,
      w.stride,
      w.same === false ? 'valid' : 'same',
      'NHWC',
      w.dilation ?? 1,
    ),
  reference: depthwise(w, 3),
  inputs: [image, filter],
});

const product = (name: string, turnA: boolean, turnB: boolean, outerA: number[], outerB: number[]): Case => {
  const [m, k, n] = [2, 3, 4];
  const count = Math.max(1, ...outerA, ...outerB);
  return {
    name: `matMul, ${name}`,
    op: (a, b) => tf.matMul(a, b, turnA, turnB),
    reference: (a, b) =>
      Array.from({ length: count * m * n }, (_, index) => {
        const [stack, row, column] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
        const [left, right] = [outerA.length * stack * m * k, outerB.length * stack * k * n];
        const terms = Array.from({ length: k }, (_, i) => {
          return (
            a![left + (turnA ? i * m + row : row * k + i)]! * b![right + (turnB ? column * k + i : i * n + column)]!
          );
        });
        return total(terms);
      }),
    inputs: [
      draw([...outerA, ...(turnA ? [k, m] : [m, k])], { seed: 6 }),
      draw([...outerB, ...(turnB ? [n, k] : [k, n])], { seed: 7 }),
    ],
  };
};

const cases: readonly Case[] = [
  unary('exp', tf.exp, Math.exp),
  unary('tanh', tf.tanh, Math.tanh),
  unary('sigmoid', tf.sigmoid, sigmoid),
  unary('elu', tf.elu, (v) => (v > 0 ? v : Math.expm1(v))),
  unary('selu', tf.selu, selu),
  unary('relu', tf.relu, (v) => Math.max(v, 0)),
  unary('relu6', tf.relu6, (v) => Math.min(Math.max(v, 0), 6), wide),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.2), leaky),
  unary('max(x, 0.2 x)', (x) => tf.maximum(x, tf.mul(x, 0.2)), leaky),
  unary('where(x > 0, x, 0.2 x)', (x) => tf.where(tf.greater(x, 0), x, tf.mul(x, 0.2)), leaky),
  unary(
    'x · [x ≤ 1]',
    (x) => tf.mul(x, tf.cast(tf.lessEqual(x, 1), 'float32')),
    (v) => (v <= 1 ? v : 0),
  ),
  unary('softplus', tf.softplus, softplus),
  unary('logSigmoid', tf.logSigmoid, (v) => -softplus(-v)),
  unary(
    'swish',
    (x) => tf.mul(x, tf.sigmoid(x)),
    (v) => v * sigmoid(v),
  ),
  unary(
    'mish',
    (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
    (v) => v * Math.tanh(softplus(v)),
  ),
  unary(
    'gelu',
    (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
    (v) => v * 0.5 * (1 + erfOf(v * Math.SQRT1_2)),
  ),
  unary(
    'hard sigmoid',
    (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
    (v) => Math.min(1, Math.max(0, 0.2 * v + 0.5)),
  ),
  unary(
    'clipByValue',
    (x) => tf.clipByValue(x, -1, 1),
    (v) => Math.min(1, Math.max(-1, v)),
  ),
  unary('abs', tf.abs, Math.abs),
  unary('square', tf.square, (v) => v * v),
  unary(
    'x √x',
    (x) => tf.mul(x, tf.sqrt(x)),
    (v) => v * Math.sqrt(v),
    positive,
  ),
  unary('rsqrt', tf.rsqrt, (v) => 1 / Math.sqrt(v), positive),
  unary('log', tf.log, Math.log, positive),
  unary('log1p', tf.log1p, Math.log1p, positive),
  unary('expm1', tf.expm1, Math.expm1),
  unary('reciprocal', tf.reciprocal, (v) => 1 / v, positive),
  unary('erf', tf.erf, erfOf),
  unary('sin', tf.sin, Math.sin),
  unary('cos', tf.cos, Math.cos),
  unary('1 / (1 + exp(−x))', (x) => tf.div(1, tf.add(1, tf.exp(tf.neg(x)))), sigmoid),
  rowwise('softmax', (x) => tf.softmax(x), softmaxOf),
  rowwise(
    'x − logSumExp(x)',
    (x) => tf.sub(x, tf.logSumExp(x, -1, true)),
    (row) => row.map((v) => v - logSumExp(row)),
  ),
  rowwise(
    'logSumExp',
    (x) => tf.logSumExp(x, -1),
    (row) => [logSumExp(row)],
  ),
  rowwise(
    'max',
    (x) => tf.max(x, -1),
    (row) => [Math.max(...row)],
  ),
  rowwise(
    'min',
    (x) => tf.min(x, -1),
    (row) => [Math.min(...row)],
  ),
  rowwise(
    'mean',
    (x) => tf.mean(x, -1),
    (row) => [total(row) / 4],
  ),
  rowwise(
    'euclidean norm',
    (x) => tf.norm(x, 'euclidean', -1),
    (row) => [Math.hypot(...row)],
  ),
  rowwise(
    'normalised',
    (x) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
    },
    (row) => {
      const mean = total(row) / 4;
      const variance = total(row.map((v) => (v - mean) ** 2)) / 4;
      return row.map((v) => (v - mean) / Math.sqrt(variance + 1e-3));
    },
  ),
  {
    ...rowwise(
      'prod',
      (x) => tf.prod(x, -1),
      (row) => [row.reduce((a, b) => a * b, 1)],
    ),
    once: true,
  },
  rowwise(
    'cumsum',
    (x) => tf.cumsum(x, 1),
    (row) => row.map((_, i) => total(row.subarray(0, i + 1))),
  ),
  rowwise(
    'tile',
    (x) => tf.tile(x, [1, 3]),
    (row) => [...row, ...row, ...row],
  ),
  rowwise(
    'stridedSlice',
    (x) => tf.stridedSlice(x, [0, 1], [3, 4], [1, 2]),
    (row) => [row[1]!, row[3]!],
  ),
  rowwise(
    'stridedSlice, backwards',
    (x) => tf.stridedSlice(x, [0, 3], [3, 0], [1, -2]),
    (row) => [row[3]!, row[1]!],
  ),
  rowwise(
    'gather',
    (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1),
    (row) => [row[2]!, row[0]!, row[2]!],
  ),
  {
    name: 'cumsum on the first axis',
    op: (x) => tf.cumsum(x, 0, true),
    reference: (x) => x!.map((_, i) => (i < 4 ? 0 : x![i - 4]! + (i < 8 ? 0 : x![i - 8]!))),
    inputs: [x],
  },
  {
    name: 'gatherND',
    op: (x) =>
      tf.gatherND(
        x,
        tf.tensor2d(
          [
            [2, 1],
            [0, 3],
            [2, 1],
          ],
          [3, 2],
          'int32',
        ),
      ),
    reference: (x) => [x![9]!, x![3]!, x![9]!],
    inputs: [x],
  },
  { name: 'maximum', op: tf.maximum as Op, reference: pairwise(Math.max), inputs: [x, other] },
  { name: 'minimum', op: tf.minimum as Op, reference: pairwise(Math.min), inputs: [x, other] },
  {
    name: 'prelu',
    op: tf.prelu as Op,
    reference: pairwise((v, a) => (v > 0 ? v : a * v)),
    inputs: [x, draw([4], { seed: 5 })],
  },
  { name: 'div', op: tf.div as Op, reference: pairwise((a, b) => a / b), inputs: [x, positive] },
  { name: 'pow', op: tf.pow as Op, reference: pairwise((a, b) => a ** b), inputs: [positive, draw([4], { seed: 5 })] },
  {
    name: 'squaredDifference',
    op: tf.squaredDifference as Op,
    reference: pairwise((a, b) => (a - b) ** 2),
    inputs: [x, other],
  },
  {
    name: 'sigmoid cross entropy',
    op: (l, y) => tf.losses.sigmoidCrossEntropy(y, l, 1, 0, tf.Reduction.NONE),
    reference: pairwise((l, y) => softplus(l) - l * y),
    inputs: [x, positive],
  },
  product('a b', false, false, [], []),
  product('aᵀ b', true, false, [], []),
  product('a bᵀ', false, true, [], []),
  product('aᵀ bᵀ', true, true, [], []),
  product('a stack and one matrix', false, false, [2], []),
  product('a stack and one matrix, transposed', false, true, [2], []),
  product('stacks', true, false, [2], [2]),
  product('one matrix and a stack', false, true, [], [2]),
  conv('stride 1', window([3, 2], 1)),
  conv('stride 2', window([3, 2], 2)),
  conv('valid, stride 2', window([3, 2], 2, { same: false })),
  conv('dilated', window([3, 2], 1, { dilation: 2 })),
  depth('stride 1', window([3, 2], 1)),
  depth('stride 2', window([3, 2], 2)),
  {
    ...depth('as tfjs-layers calls it, with null for dilations', window([3, 2], 1)),
    op: (x, f) => tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same', 'NHWC', null as never),
  },
  depth('dilated', window([3, 2], 1, { dilation: 2 })),
  {
    name: 'maxPool',
    op: (x) => tf.maxPool(x as tf.Tensor4D, [2, 3], 2, 'same'),
    reference: pooling(window([2, 3], 2), (values) => Math.max(...values)),
    inputs: [spread(image)],
  },
  {
    name: 'avgPool',
    op: (x) => tf.avgPool(x as tf.Tensor4D, 2, 1, 'valid'),
    reference: pooling(window([2, 2], 1, { same: false }), (values) => total(values) / values.length),
    inputs: [image],
  },
  {
    name: 'avgPool, same',
    op: (x) => tf.avgPool(x as tf.Tensor4D, [2, 3], 2, 'same'),
    reference: pooling(window([2, 3], 2), (values) => total(values) / values.length),
    inputs: [image],
  },
  {
    name: 'resizeNearestNeighbor',
    op: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [10, 8]),
    reference: (x) =>
      Array.from({ length: 160 }, (_, i) => x![(Math.floor(i / 32) * 4 + (Math.floor(i / 4) % 4)) * 2 + (i % 2)]!),
    inputs: [image],
  },
  {
    name: 'depthToSpace',
    op: (x) => tf.depthToSpace(x as tf.Tensor4D, 2),
    reference: (x) =>
      Array.from(
        { length: 16 },
        (_, i) => x![(Math.floor(i / 8) * 2 + (Math.floor(i / 2) % 2)) * 4 + (Math.floor(i / 4) % 2) * 2 + (i % 2)]!,
      ),
    inputs: [draw([1, 2, 2, 4])],
  },
];

/** Σ w y², with w from a seed, so that every derivative is different. */
const scalarOf =
  (op: Op): Op =>
  (...inputs) => {
    const y = op(...inputs);
    const weights = draw(y.shape, { seed: 'weights', range: [0.5, 1.5] });
    return tf.sum(tf.mul(tf.square(y), tf.tensor(Float32Array.from(weights.values), y.shape)));
  };
const scalarReference =
  (reference: Reference) =>
  (...inputs: Float64Array[]): number => {
    const y = Array.from(reference(...inputs));
    const { values } = draw([y.length], { seed: 'weights', range: [0.5, 1.5] });
    return y.reduce((sum, value, index) => sum + values[index]! * value * value, 0);
  };

describe.each(['cpu', 'wasm'] as const)('gradients on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(cases)('$name: the first derivative agrees with float64', async ({ op, reference, inputs }) => {
    await expectGradient({ f: scalarOf(op), reference: scalarReference(reference), inputs });
  });

  it.each(cases.filter(({ once }) => !once))(
    '$name: the second derivative agrees with differences',
    async ({ op, inputs }) => {
      await expectSecondGradient({ f: scalarOf(op), inputs });
    },
  );
});
