import { gmError, showShape } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Passes when the tensor holds float32 numbers. @throws GM_DTYPE */
export function checkFloat(where: string, name: string, { dtype }: Tensor): void {
  if (dtype === 'float32') return;
  throw gmError('GM_DTYPE', {
    where,
    expected: `${name} of float32`,
    received: dtype,
    remedy: 'Cast it, or leave it out.',
  });
}

/** Passes when all tensors hold float32 numbers and `fit` holds, which `expected` says in words. @throws GM_DTYPE, GM_SHAPE */
export function checkOperands(
  where: string,
  tensors: Readonly<Record<string, Tensor>>,
  fit: boolean,
  expected: string,
): void {
  for (const [name, tensor] of Object.entries(tensors)) checkFloat(where, name, tensor);
  if (fit) return;
  throw gmError('GM_SHAPE', {
    where,
    expected,
    received: Object.entries(tensors)
      .map(([name, { shape }]) => `${name} ${showShape(shape)}`)
      .join(', '),
    remedy: 'Reshape what does not fit.',
  });
}
