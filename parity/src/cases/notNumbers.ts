import {
  add,
  avgPool,
  clipByValue,
  cos,
  elu,
  erf,
  exp,
  expm1,
  fused,
  leakyRelu,
  log,
  log1p,
  max,
  maximum,
  maxPool,
  mean,
  min,
  minimum,
  relu,
  relu6,
  selu,
  sigmoid,
  sin,
  softmax,
  softplus,
  sqrt,
  step,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tanh,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { read } from '../numbers.js';

/** A NaN goes on to every result that depends on it: it may not end as 0, or as the edge of an interval. */
function spoiled(name: string, x: Spoiled, f: (x: Tensor) => Tensor, spoils: (index: number) => boolean): Case {
  const values = Float32Array.from({ length: x.size }, (_, index) => (index === x.at ? Number.NaN : 0.5));
  const run = async () => {
    const { y } = await read({ y: tidy(() => f(tensor(values, [...x.shape]))) });
    return { forward: { 'NaN at': Array.from(y!, (value) => Number(Number.isNaN(value))) } };
  };
  const expected = { forward: { 'NaN at': Array.from({ length: x.results }, (_, index) => Number(spoils(index))) } };
  return { group: 'not a number', name, run, expected };
}

interface Spoiled {
  readonly shape: readonly number[];
  readonly size: number;
  /** Where the NaN stands. */
  readonly at: number;
  /** How many numbers come out. */
  readonly results: number;
}

const row: Spoiled = { shape: [2, 5], size: 10, at: 3, results: 10 };
const pointwise = (name: string, f: (x: Tensor) => Tensor) => spoiled(name, row, f, (index) => index === 3);

/** Of rows that one invocation of a shader goes through, and of rows that many share. */
const reduction = (name: string, f: (x: Tensor, axis: number) => Tensor) => [
  spoiled(
    name,
    { ...row, results: 2 },
    (x) => f(x, 1),
    (index) => index === 0,
  ),
  spoiled(
    `${name}, of long rows`,
    { shape: [2, 1500], size: 3000, at: 2400, results: 2 },
    (x) => f(x, 1),
    (index) => index === 1,
  ),
];

const curves = { relu, relu6, elu, selu, sigmoid, tanh, softplus, step };
const functions = { exp, expm1, log, log1p, sqrt, erf, sin, cos };

const image: Spoiled = { shape: [1, 4, 4, 2], size: 32, at: 0, results: 8 };
const pool = (name: string, f: (x: Tensor4D) => Tensor) =>
  spoiled(
    name,
    image,
    (x) => f(x as Tensor4D),
    (index) => index === 0,
  );

const activations = ['relu', 'relu6', 'elu', 'leakyrelu', 'sigmoid'] as const;

/** [2, 5] times ones [5, 4], by the kernel that also applies an activation. */
const products = activations.map((activation) =>
  spoiled(
    `fused matMul, ${activation}`,
    { ...row, results: 8 },
    (x) => fused.matMul({ a: x as Tensor2D, b: tensor(new Float32Array(20).fill(-1), [5, 4]) as Tensor2D, activation }),
    (index) => index < 4,
  ),
);

const convolutions = activations.map((activation) =>
  spoiled(
    `fused conv2d, ${activation}`,
    { ...image, results: 48 },
    (x) => {
      const filter = tensor(new Float32Array(6).fill(-1), [1, 1, 2, 3]) as Tensor4D;
      return fused.conv2d({ x: x as Tensor4D, filter, strides: 1, pad: 'same', activation });
    },
    (index) => index < 3,
  ),
);

export const notNumberCases: readonly Case[] = [
  ...Object.entries({ ...curves, ...functions }).map(([name, f]) => pointwise(name, (x) => f(x))),
  pointwise('leakyRelu', (x) => leakyRelu(x, 0.2)),
  pointwise('clipByValue', (x) => clipByValue(x, -1, 1)),
  pointwise('maximum', (x) => maximum(x, 0)),
  pointwise('maximum, on the right', (x) => maximum(0, x)),
  pointwise('minimum', (x) => minimum(x, 1)),
  pointwise('add', (x) => add(x, 1)),
  spoiled(
    'softmax',
    { ...row, results: 2 },
    (x) => sum(softmax(x), 1),
    (index) => index === 0,
  ),
  ...reduction('max', (x, axis) => max(x, axis)),
  ...reduction('min', (x, axis) => min(x, axis)),
  ...reduction('sum', (x, axis) => sum(x, axis)),
  ...reduction('mean', (x, axis) => mean(x, axis)),
  pool('maxPool', (x) => maxPool(x, 2, 2, 'same')),
  pool('avgPool', (x) => avgPool(x, 2, 2, 'same')),
  ...products,
  ...convolutions,
];
