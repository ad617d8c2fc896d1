import { memory } from '@tensorflow/tfjs-core';

/** How many tensors are there after `run` that were not there before. */
export function tensorsLeftBy(run: () => void): number {
  const before = memory().numTensors;
  run();
  return memory().numTensors - before;
}
