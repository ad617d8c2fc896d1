import { checkNumber, type Layer, type Random, spec } from '@gm/core';
import { add, mul, sum } from '@tensorflow/tfjs-core';
import { classRows, classSpec } from './condition.js';
import { dense } from './dense.js';
import type { KernelNorm } from './kernelNorm.js';
import { network } from './network.js';
import { contentsOf } from './sequential.js';

/** Options of `projection`. */
export interface ProjectionOptions {
  /** At least 2. */
  readonly classes: number;
  /** Keeps both kernels in scale: `spectralNorm()`. Default: they are as they are trained. */
  readonly kernelNorm?: KernelNorm;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * The head of a conditional discriminator: how real features are, and how well they go with a class.
 *
 *   y = wᵀ x + b + v_cᵀ x,   c = `condition` of the options of `apply`, int32 [batch]
 *
 * Parameters: `0/kernel` w [features, 1], `0/bias` b [1], `1/kernel` v [features, classes]. A class outside 0 … classes − 1 gives NaN,
 * which the guard of a trainer reports.
 *
 * @returns a layer [features] → [1], unbounded
 * @throws GM_OPTION when there are fewer than 2 classes; GM_FIT when the input has other than one axis
 * @throws GM_LABEL from `apply` without a condition, GM_SHAPE or GM_DTYPE with one that is not int32 [batch]
 * @see Miyato & Koyama (2018), cGANs with Projection Discriminator, equation 3, arXiv:1802.05637
 * @example discriminator({ body, head: projection({ classes: 10, random: seeded(1) }) })
 */
export function projection({ classes, ...shared }: ProjectionOptions): Layer {
  checkNumber('projection', 'classes', classes, { min: 2, integer: true });
  return (input) => {
    const real = dense({ units: 1, ...shared })(input);
    const each = dense({ units: classes, bias: false, ...shared })(input);
    return network({
      name: 'projection',
      input,
      output: spec([1]),
      ...contentsOf([real, each]),
      condition: classSpec(classes),
      apply(x, options) {
        const suited = sum(mul(each.apply(x, options), classRows(options.condition!, classes)), 1, true);
        return add(real.apply(x, options), suited); // [batch, 1]
      },
      dispose() {
        real.dispose();
        each.dispose();
      },
    });
  };
}
