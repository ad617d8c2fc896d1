import { _FusedMatMul, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Body, shaped, type Tools } from './kernel.js';

/** Below so many multiplications a step, all rows are one task. */
const SMALL = 1 << 13;
/** Rows of a task where there are enough: two tiles and a part, so that packed weights are read for more than a few rows. */
const ENOUGH_ROWS = 12;

type Inputs = Readonly<Record<string, TensorInfo>>;

/** A long short-term memory: all h, last h, last c; and for its gradient the activated gates and all c. */
export const lstm: Body = (inputs, _, tools) => {
  const { x, recurrentKernel, h: firstH, c: firstC } = inputs as Inputs;
  const { at, make, kernels } = tools;
  const gates = fromInputs(inputs as Inputs, tools);
  const { batch, time, units } = sizes(tools, x!, recurrentKernel!, 4, inputs.mask);
  const [h, c] = [make([batch, time, units]), make([batch, time, units])];
  const [lastH, lastC] = [make([batch, units]), make([batch, units])];
  const room = tools.room(packedBytes(units, 4 * units));
  kernels.lstm!(at(gates), at(recurrentKernel!), room, at(firstH!), at(firstC!), at(h), at(c), at(lastH), at(lastC));
  return [h, lastH, lastC, hidden(gates), hidden(c)];
};

/** Gradients of the gates before activation, of the first h and of the first c. */
export const lstmGradient: Body = ({ dy, lastH, lastC, gates, cells, c, recurrentKernel, mask }, _, tools) => {
  const { batch, time, units } = sizes(tools, dy!, recurrentKernel!, 4, mask);
  const { at, make, kernels } = tools;
  const [dGates, dh, dc] = [make([batch, time, 4 * units]), make([batch, units]), make([batch, units])];
  const room = tools.room(packedBytes(4 * units, units));
  const given = [dy, lastH, lastC, gates, c, cells, recurrentKernel].map((tensor) => at(tensor!));
  kernels.lstmGradient!(...given, room, at(dGates), at(dh), at(dc));
  return [dGates, dh, dc];
};

/** A gated recurrent unit: all h, last h; and for its gradient the activated gates and what the reset gate multiplies. */
export const gru: Body = (inputs, _, tools) => {
  const { x, recurrentKernel, recurrentBias, h: firstH } = inputs as Inputs;
  const { at, make, kernels } = tools;
  const gates = fromInputs(inputs as Inputs, tools);
  const { batch, time, units } = sizes(tools, x!, recurrentKernel!, 3, inputs.mask);
  const [h, held, lastH] = [make([batch, time, units]), make([batch, time, units]), make([batch, units])];
  const packed = packedBytes(units, 3 * units);
  const room = tools.room(packed + 4 * 3 * units * batch);
  const weights = [at(recurrentKernel!), room, at(recurrentBias!), room + packed] as const;
  kernels.gru!(at(gates), ...weights, at(firstH!), at(h), at(lastH), at(held));
  return [h, lastH, hidden(gates), hidden(held)];
};

/** Gradients of x W + b, of h U + b, and of the first h. */
export const gruGradient: Body = ({ dy, lastH, gates, held, outputs, h, recurrentKernel, mask }, _, tools) => {
  const { batch, time, units } = sizes(tools, dy!, recurrentKernel!, 3, mask);
  const { at, make, kernels } = tools;
  const whole = [batch, time, 3 * units];
  const [dGates, dInner, dh] = [make(whole), make(whole), make([batch, units])];
  const room = tools.room(packedBytes(3 * units, units));
  const given = [dy, lastH, gates, held, h, outputs, recurrentKernel].map((tensor) => at(tensor!));
  kernels.gruGradient!(...given, room, at(dGates), at(dInner), at(dh));
  return [dGates, dInner, dh];
};

/** Tells the kernels the sizes of a sequence [batch, time, …] and which steps count: just before they run, no other kernel between. */
function sizes(
  { kernels, at, threads }: Tools,
  { shape: [batch, time] }: TensorInfo,
  recurrentKernel: TensorInfo,
  gates: number,
  mask: TensorInfo | undefined,
) {
  const units = recurrentKernel.shape[0]!;
  const rows = rowsOfTask(batch!, gates * units * units, threads);
  kernels.recurrentSizes!(batch!, time!, units, rows, mask ? at(mask) : 0);
  return { batch: batch!, time: time!, units };
}

/** Every row is computed alike wherever the batch is cut, so the cut may suit the threads: two tasks each, if they are not too thin. */
function rowsOfTask(batch: number, work: number, threads: number): number {
  if (threads === 1 || batch * work < SMALL) return Math.max(1, batch);
  const tasks = batch >= 2 * threads * ENOUGH_ROWS ? 2 * threads : threads;
  return Math.max(1, Math.ceil(batch / tasks));
}

/** x W + b of all steps, [batch, time, columns]. */
function fromInputs({ x, kernel, bias }: Inputs, { call }: Tools): TensorInfo {
  const columns = kernel!.shape[1]!;
  const [batch, time, features] = x!.shape as [number, number, number];
  const a = shaped(x!, [1, batch * time, features]);
  const b = shaped(kernel!, [1, features, columns]);
  const y = call(_FusedMatMul, { a, b, bias: bias! }, { transposeA: false, transposeB: false, activation: 'linear' });
  return shaped(y, [batch, time, columns]);
}

/**
 * What only the gradient's kernel reads. For tfjs it is empty: it would make as many zeros, and copy them in, as the gradient that nobody
 * gives of a result that nobody sees.
 */
const hidden = (x: TensorInfo): TensorInfo => shaped(x, [0]);

/** Of a right operand of so many rows and columns, packed. */
const packedBytes = (rows: number, columns: number) => 4 * rows * Math.ceil(columns / 8) * 8 + 64;
