import { add, mul, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { averageUpdateKernel } from './kernelNames.js';
import { updateAll } from './update.js';

/** Lists in one order; the n-th of each belong together and have one shape. */
export interface AverageLists {
  /** a, changed. */
  readonly averages: readonly Variable[];
  /** θ */
  readonly parameters: readonly Tensor[];
}

/**
 * Moves exponential averages towards what they average, in place.
 *
 *   a ← d a + (1 − d) θ
 *
 * @param decay  d in [0, 1]
 * @throws GM_SHAPE when lists differ in length or shapes; GM_DTYPE when something is not float32; GM_OPTION when a variable is
 *   given twice
 * @example averageUpdate({ averages: [a], parameters: [w] }, 0.999)
 */
export function averageUpdate(lists: AverageLists, decay: number): void {
  updateAll(
    { ...lists },
    {
      where: 'averageUpdate',
      kernelName: averageUpdateKernel,
      letters: { averages: 'a', parameters: 'p' },
      changed: ['averages'],
      attrs: { decay },
      composed({ averages, parameters }) {
        (averages as Variable).assign(add(mul(decay, averages!), mul(1 - decay, parameters!)));
      },
    },
  );
}
