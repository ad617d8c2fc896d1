import type { Layer, Range } from '@gm/core';
import { rescale, sigmoid, tanh } from '@gm/networks';

/** What brings unbounded numbers into `range`: nothing for logits and unbounded numbers, which are free already. */
export function ending(range: Range): Layer[] {
  if (typeof range === 'string') return [];
  const [low, high] = range;
  if (low === -1 && high === 1) return [tanh()];
  return low === 0 && high === 1 ? [sigmoid()] : [sigmoid(), rescale([0, 1], range)];
}
