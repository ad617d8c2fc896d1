import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { adamUpdateKernel } from './kernelNames.js';
import { updateAll } from './update.js';

/** Lists in one order; the n-th of each belong together and have one shape. */
export interface AdamLists {
  /** θ, changed. */
  readonly parameters: readonly Variable[];
  readonly gradients: readonly Tensor[];
  /** m, changed; zeros before the first update. */
  readonly means: readonly Variable[];
  /** v, changed; zeros before the first update. */
  readonly meanSquares: readonly Variable[];
}

export interface AdamNumbers {
  /** η ≥ 0 */
  readonly learningRate: number;
  /** β₁ in [0, 1) */
  readonly beta1: number;
  /** β₂ in [0, 1) */
  readonly beta2: number;
  /** ε > 0 */
  readonly epsilon: number;
  /** λ ≥ 0, decoupled. Default 0. */
  readonly weightDecay?: number;
  /** t, updates so far with this one included: 1, 2, … */
  readonly count: number;
}

/**
 * One update of Adam, or of AdamW, of any number of variables, in place.
 *
 *   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *   θ ← θ − η λ θ − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * Clones and reshapes of a variable keep the numbers they had.
 *
 * @throws GM_SHAPE when lists differ in length or shapes; GM_DTYPE when something is not float32; GM_OPTION when a variable is
 *   given twice
 * @see Kingma & Ba (2015), algorithm 1, arXiv:1412.6980; Loshchilov & Hutter (2019), algorithm 2, arXiv:1711.05101
 * @example adamUpdate({ parameters: [w], gradients: [g], means: [m], meanSquares: [v] }, { learningRate: 1e-3, beta1: 0.9, … })
 */
export function adamUpdate(lists: AdamLists, numbers: AdamNumbers): void {
  const { learningRate, beta1, beta2, epsilon: tiny, weightDecay = 0, count } = numbers;
  // √(v / c) = √v / √c: the corrections become two plain numbers.
  const scale = Math.sqrt(1 - beta2 ** count);
  const [rate, epsilon, keep] = [
    (learningRate * scale) / (1 - beta1 ** count),
    tiny * scale,
    1 - learningRate * weightDecay,
  ];
  updateAll(
    { ...lists },
    {
      where: 'adamUpdate',
      kernelName: adamUpdateKernel,
      letters: { parameters: 'p', gradients: 'g', means: 'm', meanSquares: 'v' },
      changed: ['parameters', 'means', 'meanSquares'],
      attrs: { rate, keep, epsilon, beta1, beta2 },
      composed({ parameters, gradients, means, meanSquares }) {
        const [p, g, m, v] = [parameters as Variable, gradients!, means as Variable, meanSquares as Variable];
        m.assign(add(mul(beta1, m), mul(1 - beta1, g)));
        v.assign(add(mul(beta2, v), mul(1 - beta2, square(g))));
        const step = mul(rate, div(m, add(sqrt(v), epsilon)));
        p.assign(sub(keep === 1 ? p : mul(keep, p), step));
      },
    },
  );
}
