import {
  add,
  concat,
  expandDims,
  matMul,
  notEqual,
  reshape,
  slice,
  type Tensor,
  unstack,
  where,
} from '@tensorflow/tfjs-core';

/** x W + b at every step: [batch, time, features] → [batch, time, columns], one product. */
export function projected(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  const [batch, time] = x.shape as [number, number, number];
  const columns = kernel.shape[1]!;
  return reshape(add(matMul(rows(x), kernel), bias), [batch, time, columns]);
}

/** All steps of all sequences below each other: [batch · time, numbers]. */
export function rows(x: Tensor): Tensor {
  const [batch, time, numbers] = x.shape as [number, number, number];
  return reshape(x, [batch * time, numbers]);
}

/** The tensors of each step. */
export const steps = (x: Tensor): Tensor[] => (x.shape[1] === 0 ? [] : unstack(x, 1));

/** The state before each step, from the first one and the states after each step [batch, time, units]. */
export function earlier(first: Tensor, states: Tensor): Tensor {
  const time = states.shape[1]!;
  if (time === 0) return states;
  return concat([expandDims(first, 1), slice(states, [0, 0, 0], [-1, time - 1, -1])], 1);
}

/** What chooses between the new state and the old one at each step; without a mask always the new one. */
export function choices(mask: Tensor | undefined): (step: number, fresh: Tensor, old: Tensor) => Tensor {
  if (!mask) return (_step, fresh) => fresh;
  const counts = steps(notEqual(mask, 0)).map((column) => expandDims(column, 1)); // [batch, 1]
  return (step, fresh, old) => where(counts[step]!, fresh, old);
}

/** Σ over all steps of all sequences of aᵀ b: [rows of a, columns of b]. */
export const summedProduct = (a: Tensor, b: Tensor): Tensor => matMul(rows(a), rows(b), true);
