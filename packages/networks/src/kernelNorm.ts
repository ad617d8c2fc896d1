import { type ApplyOptions, checkNumber } from '@gm/core';
import {
  add,
  div,
  matMul,
  mul,
  ones,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
  transpose,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';

/** A kernel that is computed of what is trained. */
export interface NormalizedKernel {
  readonly parameters: Readonly<Record<string, Variable>>;
  readonly buffers?: Readonly<Record<string, Variable>>;
  /** What the layer multiplies by, of the kernel's shape. */
  evaluate(options: ApplyOptions): Tensor;
}

/**
 * How the kernel of a layer is kept in scale.
 *
 * @param kernel   with its first values; it is the layer's from here on
 * @param outputs  which of its axes counts what comes out
 */
export type KernelNorm = (kernel: Variable, outputs: number) => NormalizedKernel;

/** Keeps what is zero at zero, where it is divided by its length. */
const NEARLY_NOTHING = 1e-12;

/** The kernel as it is. */
export const plain: KernelNorm = (kernel) => ({ parameters: { kernel }, evaluate: () => kernel });

/**
 * Weight normalisation: length and direction of the weights of each output are trained apart.
 *
 *   w = g v / ‖v‖
 *
 * Parameters: `kernel` v, and `gain` g [outputs], which starts at ‖v‖, so that the layer begins as it would without. The paper begins
 * with a batch instead: `standardizeOutputs` does that.
 *
 * @param fixedGain  keeps `gain` among the buffers: only the directions are trained. Default false
 * @see Salimans & Kingma (2016), Weight Normalization, equation 2, arXiv:1602.07868
 * @example dense({ units: 250, kernelNorm: weightNorm(), random })
 */
export function weightNorm({ fixedGain = false }: { readonly fixedGain?: boolean } = {}): KernelNorm {
  return (kernel, outputs) => {
    const axes = kernel.shape.map((_, axis) => axis).filter((axis) => axis !== outputs);
    const along = kernel.shape.map((size, axis) => (axis === outputs ? size : 1));
    const length = () => sqrt(add(sum(square(kernel), axes, true), NEARLY_NOTHING));
    const gain = tidy(() => variable(reshape(length(), [-1]), !fixedGain));
    return {
      ...(fixedGain ? { parameters: { kernel }, buffers: { gain } } : { parameters: { kernel, gain } }),
      evaluate: () => mul(kernel, div(reshape(gain, along), length())),
    };
  };
}

/**
 * Spectral normalisation: no input grows in length by more than one, so that a discriminator of such layers and leaky rectifiers is
 * 1-Lipschitz; of convolutions, up to how often their windows overlap.
 *
 *   W̄ = W / σ,   σ = uᵀ W v ≈ the largest singular value of W [outputs, all others]
 *   in training, before each evaluation:  v ← Wᵀ u / ‖Wᵀ u‖,   u ← W v / ‖W v‖
 *
 * Gradients take u and v as constant. Parameters: `kernel` W. Buffers: `left` u [outputs], `right` v [all others]; they begin after
 * fifteen such iterations.
 *
 * @param iterations  before each evaluation in training, default 1
 * @throws GM_OPTION when `iterations` is no whole number above 0
 * @see Miyato, Kataoka, Koyama & Yoshida (2018), Spectral Normalization for Generative Adversarial Networks, algorithm 1,
 *   arXiv:1802.05957
 * @example conv2d({ filters: 64, kernelSize: 3, kernelNorm: spectralNorm(), random })
 */
export function spectralNorm({ iterations = 1 }: { readonly iterations?: number } = {}): KernelNorm {
  checkNumber('spectralNorm', 'iterations', iterations, { min: 1, integer: true });
  return (kernel, outputs) => {
    const { shape, size } = kernel;
    const order = [outputs, ...shape.map((_, axis) => axis).filter((axis) => axis !== outputs)];
    const units = shape[outputs]!;
    const matrix = () => reshape(transpose(kernel, order), [units, size / units]);
    const left = tidy(() => variable(unit(ones([units, 1])), false));
    const right = tidy(() => variable(unit(ones([size / units, 1])), false));
    const iterate = (times: number) =>
      tidy(() => {
        const w = matrix();
        for (let time = 0; time < times; time++) {
          right.assign(unit(matMul(w, left, true)));
          left.assign(unit(matMul(w, right)));
        }
      });
    iterate(15);
    return {
      parameters: { kernel },
      buffers: { left, right },
      evaluate({ training = false }) {
        if (training) iterate(iterations);
        const sigma = reshape(matMul(left, matMul(matrix(), right), true), []);
        return div(kernel, add(sigma, NEARLY_NOTHING));
      },
    };
  };
}

/** A vector scaled to length 1. */
function unit(vector: Tensor): Tensor {
  return div(vector, sqrt(add(sum(square(vector)), NEARLY_NOTHING)));
}
