import { pad, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Attributes } from './rule.js';

/** tfjs-layers hands on null where none are given. */
export function dilationsOf({ dilations }: Attributes, rank: number): number[] {
  return Array.isArray(dilations) ? dilations : Array<number>(rank).fill(dilations ?? 1);
}

/** The filter with zeros between its taps: the kernels for gradients know no dilation. */
export function dilated(filter: Tensor, dilations: readonly number[]): Tensor {
  return dilations.reduce((w, step, axis) => {
    if (step === 1) return w;
    const outer = w.shape.slice(0, axis + 1);
    const inner = w.shape.slice(axis + 1);
    const [count, width] = [outer.reduce((a, b) => a * b, 1), inner.reduce((a, b) => a * b, 1)];
    const spaced = pad(reshape(w, [count, width]), [
      [0, 0],
      [0, (step - 1) * width],
    ]);
    const shape = [...outer.slice(0, -1), outer.at(-1)! * step, ...inner];
    return slice(
      reshape(spaced, shape),
      shape.map(() => 0),
      shape.map((size, index) => (index === axis ? size - step + 1 : size)),
    );
  }, filter);
}
