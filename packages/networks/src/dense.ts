import { checkNumber, type Layer, type Random, spec } from '@gm/core';
import { linear } from '@gm/ops';
import { matMul } from '@tensorflow/tfjs-core';
import { constant, glorotUniform, type Initializer, parameter } from './initializer.js';
import { checkInput } from './input.js';
import { type KernelNorm, plain } from './kernelNorm.js';
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
  /** Keeps the kernel in scale: `weightNorm()` or `spectralNorm()`. Default: it is as it is trained. */
  readonly kernelNorm?: KernelNorm;
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
export function dense(options: DenseOptions): Layer {
  const { units, bias = true, random, kernel = glorotUniform, kernelNorm = plain } = options;
  checkNumber('dense', 'units', units, { min: 1, integer: true });
  return (input) => {
    checkInput('dense', input, ['features'], 'Put flatten() before it.');
    const fanIn = input.shape[0]!;
    const weight = kernelNorm(parameter([fanIn, units], kernel, { fanIn, fanOut: units, random }), 1);
    const offset = bias ? constant([units], 0) : undefined;
    return network({
      name: 'dense',
      input,
      output: spec([units]),
      parameters: { ...weight.parameters, ...(offset && { bias: offset }) },
      ...(weight.buffers && { buffers: weight.buffers }),
      apply(x, applying) {
        const w = weight.evaluate(applying);
        return offset ? linear(x, w, offset) : matMul(x, w); // [batch, units]
      },
    });
  };
}
