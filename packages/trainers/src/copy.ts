import { mul, scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** The same numbers in memory of their own; a tfjs clone shares memory, which an update in place would write through. */
export function copyOf(tensor: Tensor): Tensor {
  return tidy(() => mul(tensor, scalar(1, tensor.dtype as 'float32')));
}
