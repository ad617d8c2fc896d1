import { gmError } from '@gm/core';
import { add, mul, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { momentumUpdateKernel } from './kernelNames.js';
import { updateAll } from './update.js';

/** Lists in one order; the n-th of each belong together and have one shape. */
export interface MomentumLists {
  /** θ, changed. */
  readonly parameters: readonly Variable[];
  readonly gradients: readonly Tensor[];
  /** v, changed; zeros before the first update. Left out without momentum. */
  readonly velocities?: readonly Variable[];
}

export interface MomentumNumbers {
  /** η ≥ 0 */
  readonly learningRate: number;
  /** μ in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * One step of gradient descent, with momentum where it is asked for, of any number of variables, in place.
 *
 *   v ← μ v + g,   θ ← θ − η v      (Nesterov: θ ← θ − η (g + μ v);  without momentum: θ ← θ − η g)
 *
 * Clones and reshapes of a variable keep the numbers they had.
 *
 * @throws GM_SHAPE when lists differ in length or shapes; GM_DTYPE when something is not float32; GM_OPTION when a variable is
 *   given twice, or there is momentum and no velocities
 * @see Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum in deep learning
 * @example momentumUpdate({ parameters: [w], gradients: [g] }, { learningRate: 0.1 })
 */
export function momentumUpdate({ parameters, gradients, velocities }: MomentumLists, numbers: MomentumNumbers): void {
  const { learningRate, momentum = 0, nesterov = false } = numbers;
  if (momentum !== 0 && velocities === undefined) throw standing(momentum);
  updateAll(
    { parameters, gradients, ...(momentum !== 0 && { velocities: velocities! }) },
    {
      where: 'momentumUpdate',
      kernelName: momentumUpdateKernel,
      letters: { parameters: 'p', gradients: 'g', velocities: 'v' },
      changed: ['parameters', 'velocities'],
      attrs: { rate: learningRate, momentum, nesterov },
      composed({ parameters, gradients, velocities }) {
        const [p, g, v] = [parameters as Variable, gradients!, velocities as Variable | undefined];
        if (v) v.assign(add(mul(momentum, v), g));
        const along = nesterov && v ? add(g, mul(momentum, v)) : (v ?? g);
        p.assign(sub(p, mul(learningRate, along)));
      },
    },
  );
}

function standing(momentum: number) {
  return gmError('GM_OPTION', {
    where: 'momentumUpdate',
    expected: `velocities for momentum ${momentum}`,
    received: 'none',
    remedy: 'Keep a variable of zeros for each parameter.',
  });
}
