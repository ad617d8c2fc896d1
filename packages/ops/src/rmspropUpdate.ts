import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { rmspropUpdateKernel } from './kernelNames.js';
import { updateAll } from './update.js';

/** Lists in one order; the n-th of each belong together and have one shape. */
export interface RmspropLists {
  /** θ, changed. */
  readonly parameters: readonly Variable[];
  readonly gradients: readonly Tensor[];
  /** v, changed; zeros before the first update. */
  readonly meanSquares: readonly Variable[];
}

export interface RmspropNumbers {
  /** η ≥ 0 */
  readonly learningRate: number;
  /** ρ in [0, 1) */
  readonly decay: number;
  /** ε > 0 */
  readonly epsilon: number;
}

/**
 * One update of RMSprop of any number of variables, in place.
 *
 *   v ← ρ v + (1 − ρ) g²,   θ ← θ − η g / (√v + ε)
 *
 * Clones and reshapes of a variable keep the numbers they had.
 *
 * @throws GM_SHAPE when lists differ in length or shapes; GM_DTYPE when something is not float32; GM_OPTION when a variable is
 *   given twice
 * @see Tieleman & Hinton (2012), Neural Networks for Machine Learning, lecture 6.5
 * @example rmspropUpdate({ parameters: [w], gradients: [g], meanSquares: [v] }, { learningRate: 1e-3, decay: 0.9, epsilon: 1e-8 })
 */
export function rmspropUpdate(lists: RmspropLists, { learningRate, decay, epsilon }: RmspropNumbers): void {
  updateAll(
    { ...lists },
    {
      where: 'rmspropUpdate',
      kernelName: rmspropUpdateKernel,
      letters: { parameters: 'p', gradients: 'g', meanSquares: 'v' },
      changed: ['parameters', 'meanSquares'],
      attrs: { rate: learningRate, decay, epsilon },
      composed({ parameters, gradients, meanSquares }) {
        const [p, g, v] = [parameters as Variable, gradients!, meanSquares as Variable];
        v.assign(add(mul(decay, v), mul(1 - decay, square(g))));
        p.assign(sub(p, mul(learningRate, div(g, add(sqrt(v), epsilon)))));
      },
    },
  );
}
