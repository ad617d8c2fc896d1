import { mul, type Tensor } from '@tensorflow/tfjs-core';

/** The same numbers in memory of their own; a tfjs clone shares memory, which an update in place would write through. */
export function copyOf(tensor: Tensor): Tensor {
  return mul(tensor, 1);
}
