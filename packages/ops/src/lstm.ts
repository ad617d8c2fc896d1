import { checkRank } from '@gm/core';
import {
  add,
  clone,
  matMul,
  mul,
  reshape,
  sigmoid,
  split,
  stack,
  sum,
  type Tensor,
  tanh,
  tidy,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { type FusedOperation, fusedOperation } from './fusedOperation.js';
import { lstmGradKernel, lstmKernel, maskedLstmKernel } from './kernelNames.js';
import { checkOperand, maskOf } from './operand.js';
import { choices, earlier, projected, rows, steps, summedProduct } from './sequence.js';

export interface LstmWeights {
  /** W [features, 4 · units]: the gates input, forget, cell, output side by side, as Keras has them. */
  readonly kernel: Tensor;
  /** U [units, 4 · units] */
  readonly recurrentKernel: Tensor;
  /** b [4 · units] */
  readonly bias: Tensor;
}

/** What an LSTM carries from step to step. */
export interface LstmState {
  /** [batch, units] */
  readonly h: Tensor;
  /** [batch, units] */
  readonly c: Tensor;
}

export interface LstmOptions {
  /** Before the first step. Default zeros. */
  readonly state?: LstmState;
  /** [batch, time]: where it is 0 (or false) a step is skipped. Default: every step counts. */
  readonly mask?: Tensor;
}

const operands = ['x', 'kernel', 'recurrentKernel', 'bias', 'h', 'c'] as const;
type Operand = (typeof operands)[number];
type Operands = Readonly<Record<Operand, Tensor>> & { readonly mask?: Tensor };

const parts: Pick<FusedOperation<Operand>, 'outputs' | 'composed' | 'gradients'> = {
  outputs: 5,
  composed({ x, kernel, recurrentKernel, bias, mask, ...first }: Operands) {
    const choose = choices(mask);
    let [h, c] = [first.h, first.c];
    const outputs = steps(projected(x, kernel, bias)).map((fromInput, step) => {
      const [i, f, g, o] = split(add(fromInput, matMul(h, recurrentKernel)), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      h = choose(step, mul(sigmoid(o), tanh(cell)), h);
      c = choose(step, cell, c);
      return h;
    });
    const [batch, units] = h.shape as [number, number];
    return [outputs.length ? stack(outputs, 1) : zeros([batch, 0, units]), clone(h), clone(c)];
  },
  gradients({ dys: [dy, lastH, lastC], inputs, outputs: [states, , , gates, cells] }) {
    const { x, kernel, recurrentKernel, h, c, mask } = inputs as Operands;
    const given = { dy: dy!, lastH: lastH!, lastC: lastC!, gates: gates!, cells: cells!, c, recurrentKernel };
    const [dGates, dh, dc] = runKernel(lstmGradKernel, { ...given, ...(mask && { mask }) }, {}) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    return {
      x: () => reshape(matMul(rows(dGates), kernel, false, true), x.shape),
      kernel: () => summedProduct(x, dGates),
      recurrentKernel: () => summedProduct(earlier(h, states!), dGates),
      bias: () => sum(rows(dGates), 0),
      h: () => dh,
      c: () => dc,
      ...(mask && { mask: () => zerosLike(mask) }),
    };
  },
};

const plain = fusedOperation({ kernelName: lstmKernel, inputs: operands, ...parts });
const masked = fusedOperation({ kernelName: maskedLstmKernel, inputs: [...operands, 'mask'], ...parts });

/**
 * A long short-term memory over whole sequences.
 *
 *   [i, f, g, o] = xₜ W + hₜ₋₁ U + b
 *   cₜ = σ(f) cₜ₋₁ + σ(i) tanh(g),   hₜ = σ(o) tanh(cₜ)
 *
 * A step whose mask is 0 leaves h and c as they are, and its output is the h held; its x has to be finite all the same. Sequences
 * in pieces give what they give whole when each piece starts from the state that the one before ended with; gradients flow through
 * that state too.
 *
 * @param x  float32 [batch, time, features]
 * @returns `outputs`, every hₜ [batch, time, units], and the `state` after the last step; all three belong to the caller
 * @throws GM_SHAPE, GM_DTYPE when an operand does not fit
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory; Gers, Schmidhuber & Cummins (2000), Learning to forget
 * @example const { outputs, state } = lstm(x, { kernel, recurrentKernel, bias }, { state: before })
 */
export function lstm(
  x: Tensor,
  weights: LstmWeights,
  { state, mask }: LstmOptions = {},
): { outputs: Tensor; state: LstmState } {
  const [batch, time, features] = checkedShape(x);
  const units = weights.recurrentKernel.shape[0] ?? 0;
  const check = (name: string, tensor: Tensor, shape: number[], axes: string) =>
    checkOperand('lstm', name, tensor, shape, axes);
  check('x', x, [batch, time, features], '[batch, time, features]');
  check('recurrentKernel', weights.recurrentKernel, [units, 4 * units], '[units, 4 units]');
  check('kernel', weights.kernel, [features, 4 * units], '[features, 4 units]');
  check('bias', weights.bias, [4 * units], '[4 units]');
  if (state) check('state.h', state.h, [batch, units], '[batch, units]');
  if (state) check('state.c', state.c, [batch, units], '[batch, units]');
  return tidy(() => {
    const first = state ?? { h: zeros([batch, units]), c: zeros([batch, units]) };
    const given = {
      x,
      kernel: weights.kernel,
      recurrentKernel: weights.recurrentKernel,
      bias: weights.bias,
      h: first.h,
      c: first.c,
    };
    const results = mask
      ? masked({ ...given, mask: maskOf('lstm', mask, [batch, time], '[batch, time]') })
      : plain(given);
    const [outputs, h, c] = results as [Tensor, Tensor, Tensor];
    return { outputs, state: { h, c } };
  });
}

function checkedShape(x: Tensor): [number, number, number] {
  checkRank('lstm', 'x', x, 3, 'Give sequences [batch, time, features].');
  return x.shape as [number, number, number];
}
