import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Attributes, Tools } from './kernel.js';

/** Activations by the numbers of kernels/activation.ts. */
export const activations: Readonly<Record<string, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  leakyrelu: 3,
  prelu: 3,
  elu: 4,
  sigmoid: 5,
  tanh: 6,
};

/** The activation of a fused kernel: its number, its slope, and the address of its slopes if there is one for each channel. */
export interface Finish {
  readonly kind: number;
  readonly slope: number;
  readonly slopes: number;
}

export const NOTHING: Finish = { kind: 0, slope: 0, slopes: 0 };

/** Undefined for an activation that our kernels cannot do on their way. */
export function finishOf(
  { at }: Tools,
  attrs: Attributes,
  slopes: TensorInfo | undefined,
  channels: number,
): Finish | undefined {
  const { activation = 'linear', leakyreluAlpha = 0 } = attrs;
  const kind = activations[activation];
  if (kind === undefined) throw new Error(`${activation} activation not yet supported in the wasm backend.`);
  if (activation !== 'prelu') return { kind, slope: leakyreluAlpha, slopes: 0 };
  const perChannel = slopes!.shape.at(-1) === channels && slopes!.shape.slice(0, -1).every((size) => size === 1);
  return perChannel ? { kind, slope: 0, slopes: at(slopes!) } : undefined;
}
