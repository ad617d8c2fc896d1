import {
  clipByValue,
  elu,
  engine,
  erf,
  exp,
  expm1,
  leakyRelu,
  log,
  log1p,
  reciprocal,
  relu,
  relu6,
  rsqrt,
  selu,
  sigmoid,
  softplus,
  sqrt,
  type Tensor,
  tanh,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectKernel, sample } from '../../test/kernelCase.js';
import { erfOf } from '../../test/reference.js';
import { useBackend } from '../use.js';

type Case = readonly [name: string, op: (x: Tensor) => Tensor, f: (x: number) => number];

const sigmoidOf = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplusOf = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const farErf = (x: number) => (Math.abs(x) > 4 ? Math.sign(x) : Object.is(x, -0) ? x : erfOf(x));
const [SCALE, SCALE_ALPHA] = [1.0507009873554805, 1.7580993408473768];

const cases: readonly Case[] = [
  ['exp', exp, Math.exp],
  ['expm1', expm1, Math.expm1],
  ['log', log, Math.log],
  ['log1p', log1p, Math.log1p],
  ['sigmoid', sigmoid, sigmoidOf],
  ['tanh', tanh, Math.tanh],
  ['softplus', softplus, softplusOf],
  ['erf', erf, farErf],
  ['clipByValue', (x) => clipByValue(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2)],
  ['relu', relu, (x) => Math.max(0, x)],
  ['relu6', relu6, (x) => Math.min(Math.max(0, x), 6)],
  ['elu', elu, (x) => (x >= 0 ? x : Math.expm1(x))],
  ['leakyRelu', (x) => leakyRelu(x, 0.3), (x) => (x < 0 ? Math.fround(0.3) * x : x)],
  ['selu', selu, (x) => (x >= 0 ? SCALE * x : SCALE_ALPHA * Math.expm1(x))],
  ['sqrt', sqrt, Math.sqrt],
  ['rsqrt', rsqrt, (x) => 1 / Math.sqrt(x)],
  ['reciprocal', reciprocal, (x) => 1 / x],
];

/** Every magnitude that a float has, denormals too, both signs, and all that are none. */
const wide = Float32Array.from([
  ...[0, -0, Number.NaN, Infinity, -Infinity, 1, -1, 2, 6, 3.4028234e38, -3.4028234e38],
  ...Array.from({ length: 1200 }, (_, n) => 10 ** (-45 + n * 0.07) * (n % 2 ? 1 : -1)),
  ...Array.from({ length: 1200 }, (_, n) => 10 ** (-45 + n * 0.07) * (n % 2 ? -1 : 1)),
  ...Array.from({ length: 4001 }, (_, n) => -120 + n * 0.06),
  ...Array.from({ length: 2001 }, (_, n) => -2 + n * 0.002),
]);
/** Four denormal numbers, the smallest of which has one bit. */
const FLOOR = 4 * 2 ** -149;

describe('functions of each number on wasm, against float64', () => {
  beforeAll(() => useBackend('wasm'));

  it.each(cases)('%s is right to seven digits at every magnitude', async (_, op, f) => {
    const [x, y] = [tensor1d(wide), op(tensor1d(wide))];
    const got = await y.data();
    for (const [index, value] of wide.entries()) {
      const wanted = Math.fround(f(value));
      const error = Math.abs(got[index]! - wanted);
      const close =
        Number.isFinite(wanted) && wanted !== 0
          ? error <= 5e-7 * Math.abs(wanted) + FLOOR
          : Object.is(got[index], wanted);
      if (!close) expect.fail(`at ${value}: expected ${wanted}, received ${got[index]}`);
    }
    x.dispose();
    y.dispose();
  });

  it.each(cases)('%s of few numbers and of many', async (_, op, f) => {
    for (const size of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 40_003]) {
      const x = sample([size], size + 1);
      const positive = { ...x, values: Float32Array.from(x.values, (value) => Math.abs(value) + 0.1) };
      await expectKernel(op, [positive], [{ shape: [size], values: Float64Array.from(positive.values, f) }], {
        tolerance: 1e-6,
      });
    }
  });
});

const slopes: readonly (readonly [name: string, slope: (x: number) => number])[] = [
  ['relu', (x) => (x > 0 ? 1 : 0 * x)],
  ['relu6', (x) => (x > 0 && x <= 6 ? 1 : 0 * x)],
  ['leakyrelu', (x) => (x > 0 ? 1 : 0.25 + 0 * x)],
  ['elu', (x) => Math.exp(Math.min(x, 0))],
  ['selu', (x) => (x > 0 ? SCALE : SCALE_ALPHA * Math.exp(x))],
  ['softplus', sigmoidOf],
  ['sigmoid', (y) => y * (1 - y)],
  ['tanh', (y) => 1 - y * y],
];

describe('gradients of activations in one pass', () => {
  it.each(slopes)('%s', async (activation, slope) => {
    const run = (dy: Tensor, x: Tensor) =>
      engine().runKernel('GmActivationGrad', { dy, x }, { activation, alpha: 0.25 }) as Tensor;
    for (const size of [0, 1, 2, 3, 4, 7, 9, 40_001]) {
      const [dy, unit] = [sample([size]), sample([size], 2)];
      const special = [Number.NaN, 0, -0, 8, 6].slice(0, size > 9 ? 5 : 0);
      const x = { ...unit, values: Float32Array.from(unit.values, (value, place) => special[place] ?? 3 * value) };
      const dx = Float64Array.from(x.values, (value, index) => dy.values[index]! * slope(value));
      await expectKernel(run, [dy, x], [{ shape: [size], values: dx }], { tolerance: 1e-6 });
    }
  });
});
