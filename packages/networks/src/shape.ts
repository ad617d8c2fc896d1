import { checkFits, type Layer, sizeOf, spec } from '@gm/core';
import { reshape as tfReshape } from '@tensorflow/tfjs-core';
import { network } from './network.js';

/**
 * Every example as one row of numbers.
 *
 * @returns a layer […shape] → [size] of unchanged range and type
 * @example sequential(spec([28, 28, 1], [0, 1]), flatten(), dense({ units: 10, random }))
 */
export function flatten(): Layer {
  return (input) => shaped('flatten', [sizeOf(input.shape)])(input);
}

/**
 * The same numbers of every example in another shape, in row-major order.
 *
 * @param shape  without the batch axis
 * @returns a layer […input] → […shape] of unchanged range and type
 * @throws GM_SHAPE when a size is not a positive whole number; GM_FIT when the input holds another count of numbers
 * @example sequential(spec([784]), reshape([28, 28, 1]))
 */
export function reshape(shape: readonly number[]): Layer {
  return shaped('reshape', spec(shape).shape);
}

function shaped(name: string, shape: readonly number[]): Layer {
  return (input) => {
    const output = { ...input, shape };
    if (sizeOf(shape) !== sizeOf(input.shape)) checkFits({ name: 'input', spec: input }, { name, spec: output });
    return network({ name, input, output, apply: (x) => tfReshape(x, [x.shape[0]!, ...shape]) });
  };
}
