import {
  atan2,
  cos,
  div,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  rsqrt,
  sigmoid,
  sin,
  softplus,
  sqrt,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { type Differentiable, differentiated } from '../differentiate.js';

/** Functions that a device may compute in its own way, on many numbers. */
function elementary(name: string, inputs: Differentiable['inputs'], f: (inputs: never) => Tensor): Case {
  const run = () => differentiated({ f: f as Differentiable['f'], inputs });
  return { group: 'elementary functions', name, run };
}

const COUNT = 1000;
const anywhere = { shape: [COUNT], low: -8, high: 8 };
const positive = { shape: [COUNT], low: 0.05, high: 8 };

const ofOne = (functions: Readonly<Record<string, (x: Tensor) => Tensor>>, x: typeof anywhere) =>
  Object.entries(functions).map(([name, f]) => elementary(name, { x }, ({ x }) => f(x)));

type Two = { readonly x: Tensor; readonly y: Tensor };

export const elementaryCases: readonly Case[] = [
  ...ofOne({ exp, expm1, sin, cos, tanh, sigmoid, softplus, erf }, anywhere),
  ...ofOne({ log, log1p, sqrt, rsqrt }, positive),
  ...ofOne({ 'sin, of large numbers': sin, 'cos, of large numbers': cos }, { ...anywhere, low: -4000, high: 4000 }),
  elementary('atan2', { y: anywhere, x: anywhere }, ({ x, y }: Two) => atan2(y, x)),
  elementary('div', { y: anywhere, x: positive }, ({ x, y }: Two) => div(y, x)),
  elementary('pow', { x: positive, y: { shape: [COUNT], low: -2, high: 2 } }, ({ x, y }: Two) => pow(x, y)),
];
