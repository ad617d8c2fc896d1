import { type Layer, spec } from '@gm/core';
import { mean } from '@tensorflow/tfjs-core';
import { checkImage } from './kernel.js';
import { network } from './network.js';

/**
 * The mean of each channel over all places: what is there, no matter where.
 *
 *   y[c] = 1/(h w) Σ x[i, j, c]  over i, j
 *
 * @returns a layer [height, width, channels] → [channels], of unchanged range
 * @throws GM_FIT when the input is no image
 * @see Lin, Chen & Yan (2014), Network in network, section 3.2, arXiv:1312.4400
 * @example sequential(spec([7, 7, 64]), globalAverage(), dense({ units: 10, random }))
 */
export function globalAverage(): Layer {
  return (input) => {
    checkImage('globalAverage', input);
    return network({
      name: 'globalAverage',
      input,
      output: spec([input.shape[2]!], input.range),
      apply: (x) => mean(x, [1, 2]),
    });
  };
}
