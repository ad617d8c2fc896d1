import { checkNumber, type Layer, type Random, spec } from '@gm/core';
import { linear } from '@gm/ops';
import { matMul } from '@tensorflow/tfjs-core';
import { constant, glorotUniform, type Initializer, parameter } from './initializer.js';
import { checkInput } from './input.js';
import { network } from './network.js';

export interface DenseOptions {
  /** How many numbers come out. */
  readonly units: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** First values of the kernel. Default glorotUniform. */
  readonly kernel?: Initializer;
}

/**
 * A fully connected layer.
 *
 *   y = x W + b
 *
 * Parameters: `kernel` W [features, units], `bias` b [units] starting at zero.
 *
 * @returns a layer [features] → [units], unbounded
 * @throws GM_OPTION when `units` is not a positive whole number; GM_FIT when the input has other than one axis
 * @example sequential(spec([784]), dense({ units: 10, random: seeded(1) }))
 */
export function dense({ units, bias = true, random, kernel = glorotUniform }: DenseOptions): Layer {
  checkNumber('dense', 'units', units, { min: 1, integer: true });
  return (input) => {
    checkInput('dense', input, ['features'], 'Put flatten() before it.');
    const fanIn = input.shape[0]!;
    const weight = parameter([fanIn, units], kernel, { fanIn, fanOut: units, random });
    const offset = bias ? constant([units], 0) : undefined;
    return network({
      name: 'dense',
      input,
      output: spec([units]),
      parameters: { kernel: weight, ...(offset && { bias: offset }) },
      apply(x) {
        return offset ? linear(x, weight, offset) : matMul(x, weight); // [batch, units]
      },
    });
  };
}
