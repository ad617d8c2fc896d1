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
  sub,
  sum,
  type Tensor,
  tanh,
  tidy,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { type FusedOperation, fusedOperation } from './fusedOperation.js';
import { gruGradKernel, gruKernel, maskedGruKernel } from './kernelNames.js';
import { checkOperand, maskOf } from './operand.js';
import { choices, earlier, projected, rows, steps, summedProduct } from './sequence.js';

export interface GruWeights {
  /** W [features, 3 · units]: the gates update, reset, candidate side by side, as Keras has them. */
  readonly kernel: Tensor;
  /** U [units, 3 · units] */
  readonly recurrentKernel: Tensor;
  /** b [3 · units], beside x W; the first row of Keras's bias. */
  readonly bias: Tensor;
  /** b′ [3 · units], beside h U; the second row of Keras's bias. */
  readonly recurrentBias: Tensor;
}

export interface GruOptions {
  /** h before the first step, [batch, units]. Default zeros. */
  readonly state?: Tensor;
  /** [batch, time]: where it is 0 (or false) a step is skipped. Default: every step counts. */
  readonly mask?: Tensor;
}

const operands = ['x', 'kernel', 'recurrentKernel', 'bias', 'recurrentBias', 'h'] as const;
type Operand = (typeof operands)[number];
type Operands = Readonly<Record<Operand, Tensor>> & { readonly mask?: Tensor };
type Three = [Tensor, Tensor, Tensor];

const parts: Pick<FusedOperation<Operand>, 'outputs' | 'composed' | 'gradients'> = {
  outputs: 4,
  composed({ x, kernel, recurrentKernel, bias, recurrentBias, mask, ...first }: Operands) {
    const choose = choices(mask);
    let h = first.h;
    const outputs = steps(projected(x, kernel, bias)).map((fromInput, step) => {
      const [xz, xr, xn] = split(fromInput, 3, 1) as Three;
      const [hz, hr, hn] = split(add(matMul(h, recurrentKernel), recurrentBias), 3, 1) as Three;
      const update = sigmoid(add(xz, hz));
      const fresh = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
      h = choose(step, add(mul(update, h), mul(sub(1, update), fresh)), h);
      return h;
    });
    const [batch, units] = h.shape as [number, number];
    return [outputs.length ? stack(outputs, 1) : zeros([batch, 0, units]), clone(h)];
  },
  gradients({ dys: [dy, lastH], inputs, outputs: [states, , gates, held] }) {
    const { x, kernel, recurrentKernel, h, mask } = inputs as Operands;
    const given = { dy: dy!, lastH: lastH!, gates: gates!, held: held!, outputs: states!, h, recurrentKernel };
    const [dGates, dInner, dh] = runKernel(gruGradKernel, { ...given, ...(mask && { mask }) }, {}) as Three;
    return {
      x: () => reshape(matMul(rows(dGates), kernel, false, true), x.shape),
      kernel: () => summedProduct(x, dGates),
      recurrentKernel: () => summedProduct(earlier(h, states!), dInner),
      bias: () => sum(rows(dGates), 0),
      recurrentBias: () => sum(rows(dInner), 0),
      h: () => dh,
      ...(mask && { mask: () => zerosLike(mask) }),
    };
  },
};

const plain = fusedOperation({ kernelName: gruKernel, inputs: operands, ...parts });
const masked = fusedOperation({ kernelName: maskedGruKernel, inputs: [...operands, 'mask'], ...parts });

/**
 * A gated recurrent unit over whole sequences, the variant of cuDNN, PyTorch and Keras (`reset_after`): the reset gate acts after
 * the product.
 *
 *   z = σ(xₜ Wz + bz + hₜ₋₁ Uz + b′z),   r = σ(xₜ Wr + br + hₜ₋₁ Ur + b′r)
 *   n = tanh(xₜ Wn + bn + r (hₜ₋₁ Un + b′n)),   hₜ = z hₜ₋₁ + (1 − z) n
 *
 * Masks and carried state are as in `lstm`.
 *
 * @param x  float32 [batch, time, features]
 * @returns `outputs`, every hₜ [batch, time, units], and the `state` h [batch, units] after the last step; both belong to the caller
 * @throws GM_SHAPE, GM_DTYPE when an operand does not fit
 * @see Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, arXiv:1406.1078, version 1 for this variant
 * @example const { outputs, state } = gru(x, { kernel, recurrentKernel, bias, recurrentBias })
 */
export function gru(
  x: Tensor,
  weights: GruWeights,
  { state, mask }: GruOptions = {},
): { outputs: Tensor; state: Tensor } {
  const [batch, time, features] = checkedShape(x);
  const units = weights.recurrentKernel.shape[0] ?? 0;
  const check = (name: string, tensor: Tensor, shape: number[], axes: string) =>
    checkOperand('gru', name, tensor, shape, axes);
  check('x', x, [batch, time, features], '[batch, time, features]');
  check('recurrentKernel', weights.recurrentKernel, [units, 3 * units], '[units, 3 units]');
  check('kernel', weights.kernel, [features, 3 * units], '[features, 3 units]');
  check('bias', weights.bias, [3 * units], '[3 units]');
  check('recurrentBias', weights.recurrentBias, [3 * units], '[3 units]');
  if (state) check('state', state, [batch, units], '[batch, units]');
  return tidy(() => {
    const { kernel, recurrentKernel, bias, recurrentBias } = weights;
    const given = { x, kernel, recurrentKernel, bias, recurrentBias, h: state ?? zeros([batch, units]) };
    const results = mask
      ? masked({ ...given, mask: maskOf('gru', mask, [batch, time], '[batch, time]') })
      : plain(given);
    const [outputs, h] = results as [Tensor, Tensor];
    return { outputs, state: h };
  });
}

function checkedShape(x: Tensor): [number, number, number] {
  checkRank('gru', 'x', x, 3, 'Give sequences [batch, time, features].');
  return x.shape as [number, number, number];
}
