import { checkNumber, checkRange, gmError, type Layer, showShape, spec } from '@gm/core';
import { add, mul } from '@tensorflow/tfjs-core';
import { checkFloat } from './input.js';
import { network } from './network.js';

/** A closed interval. */
export type Interval = readonly [low: number, high: number];

/**
 * The adapter between ranges: carries an interval over to another by a straight line.
 *
 *   y = to₀ + (x − from₀) (to₁ − to₀) / (from₁ − from₀)
 *
 * @param from  what comes in, and more than that is refused
 * @param to    what goes out
 * @returns a layer of unchanged shape, in `to`
 * @throws GM_OPTION when an interval is empty or not finite; GM_RANGE when the input may leave `from`; GM_FIT when it is not float32
 * @example sequential(spec([784], [-1, 1]), rescale([-1, 1], [0, 1]))
 */
export function rescale(from: Interval, to: Interval): Layer {
  checkInterval('from', from);
  checkInterval('to', to);
  const slope = (to[1] - to[0]) / (from[1] - from[0]);
  const offset = to[0] - from[0] * slope;
  return (input) => {
    checkFloat('rescale', input);
    checkRange('rescale', 'x', input.range, from);
    return network({
      name: 'rescale',
      input,
      output: spec(input.shape, [...to]),
      apply: (x) => add(mul(x, slope), offset),
    });
  };
}

function checkInterval(name: string, [low, high]: Interval): void {
  checkNumber('rescale', `${name}[0]`, low);
  checkNumber('rescale', `${name}[1]`, high);
  if (low < high) return;
  throw gmError('GM_OPTION', {
    where: 'rescale',
    expected: `${name} to be [low, high] with low < high`,
    received: showShape([low, high]),
    remedy: 'Give the lower end first.',
  });
}
