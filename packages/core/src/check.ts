import type { Tensor } from '@tensorflow/tfjs-core';
import { gmError } from './errors.js';
import type { Range } from './interfaces.js';
import { rangeRemedy, showRange, showShape } from './spec.js';

/**
 * Passes when all tensors have one shape.
 *
 * @example checkSameShape('gaussianKl', { mean, logVariance }, 'Split the encoder output with splitGaussian().')
 * @throws GM_SHAPE
 */
export function checkSameShape(where: string, tensors: Readonly<Record<string, Tensor>>, remedy: string): void {
  const shapes = Object.values(tensors).map(({ shape }) => showShape(shape));
  if (shapes.every((shape) => shape === shapes[0])) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'equal shapes',
    received: Object.entries(tensors)
      .map(([name, { shape }]) => `${name} ${showShape(shape)}`)
      .join(' and '),
    remedy,
  });
}

/**
 * Passes when `tensor` has that many axes, the batch axis included.
 *
 * @throws GM_SHAPE
 */
export function checkRank(where: string, name: string, tensor: Tensor, rank: number, remedy: string): void {
  if (tensor.rank === rank) return;
  throw gmError('GM_SHAPE', { where, expected: `${name} of rank ${rank}`, received: showShape(tensor.shape), remedy });
}

/** Limits of a numeric option; a bound that is left out does not limit. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  /** The bounds themselves are refused. */
  readonly exclusive?: boolean;
  readonly integer?: boolean;
}

/**
 * Passes when `value` is a finite number inside `limits`, and gives it back.
 *
 * @throws GM_OPTION
 * @example checkNumber('dense', 'units', units, { min: 1, integer: true })
 */
export function checkNumber(where: string, name: string, value: number, limits: Limits = {}): number {
  const { min = -Infinity, max = Infinity, exclusive = false, integer = false } = limits;
  const inside = exclusive ? value > min && value < max : value >= min && value <= max;
  if (Number.isFinite(value) && inside && (!integer || Number.isInteger(value))) return value;
  throw gmError('GM_OPTION', {
    where,
    expected: `${name} to be ${showLimits(limits)}`,
    received: String(value),
    remedy: `Give ${name} such a number.`,
  });
}

function showLimits({ min, max, exclusive = false, integer = false }: Limits): string {
  const kind = integer ? 'a whole number' : 'a finite number';
  const low = min === undefined ? '' : ` ${exclusive ? 'above' : 'of at least'} ${min}`;
  const high = max === undefined ? '' : ` ${exclusive ? 'below' : 'of at most'} ${max}`;
  return kind + [low, high].filter(Boolean).join(' and');
}

/**
 * Passes when `name` is one of `choices`, and gives it back with that type.
 *
 * @throws GM_OPTION listing the choices
 */
export function checkChoice<Choice extends string>(
  where: string,
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw gmError('GM_OPTION', {
    where,
    expected: `${name} to be one of ${choices.join(', ')}`,
    received: `'${value}'`,
    remedy: `Choose one of them.`,
  });
}

/**
 * Passes when numbers of range `from` may be used where range `to` is wanted.
 *
 * @throws GM_RANGE with the adapter that mends it
 */
export function checkRange(where: string, name: string, from: Range, to: Range): void {
  const remedy = rangeRemedy(from, to);
  if (remedy === undefined) return;
  throw gmError('GM_RANGE', { where, expected: `${name} in ${showRange(to)}`, received: showRange(from), remedy });
}
