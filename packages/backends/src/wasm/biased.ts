import { _FusedMatMul, FusedConv2D } from '@tensorflow/tfjs-core';
import type { Body } from './kernel.js';

/** x W + b */
export const linear: Body = ({ x, weights, bias }, _, { call }) =>
  call(
    _FusedMatMul,
    { a: x!, b: weights!, bias: bias! },
    { transposeA: false, transposeB: false, activation: 'linear' },
  );

/** A convolution and its bias. */
export const convolution: Body = ({ x, filter, bias }, attrs, { call }) =>
  call(FusedConv2D, { x: x!, filter: filter!, bias: bias! }, { dilations: [1, 1], ...attrs, activation: 'linear' });
