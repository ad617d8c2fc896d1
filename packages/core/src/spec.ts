import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { gmError } from './errors.js';
import type { Range, Spec } from './interfaces.js';

/**
 * A spec in one line.
 *
 * @param shape  without the batch axis
 * @param range  which numbers; any by default
 * @param dtype  number type, float32 by default
 * @throws GM_SHAPE, GM_RANGE
 * @example spec([28, 28, 1], [0, 1])
 */
export function spec(shape: readonly number[], range: Range = 'unbounded', dtype: DataType = 'float32'): Spec {
  if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw gmError('GM_SHAPE', {
      where: 'spec',
      expected: 'a shape of positive whole numbers without the batch axis',
      received: showShape(shape),
      remedy: 'Leave out the batch axis and give every other size.',
    });
  }
  if (!isRange(range)) {
    throw gmError('GM_RANGE', {
      where: 'spec',
      expected: "an interval [low, high] with low < high, 'logits' or 'unbounded'",
      received: showRange(range),
      remedy: 'Give the range that the numbers have.',
    });
  }
  return { shape: [...shape], dtype, range };
}

function isRange(range: Range): boolean {
  if (typeof range === 'string') return range === 'logits' || range === 'unbounded';
  return range.length === 2 && range.every(Number.isFinite) && range[0] < range[1];
}

/** How many numbers one example holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

export function showRange(range: Range): string {
  return typeof range === 'string' ? range : showShape(range);
}

export function showSpec({ shape, dtype, range, padding }: Spec): string {
  const filled = padding === undefined ? '' : `, filled up with ${padding}`;
  return `${dtype} ${showShape(shape)} in ${showRange(range)}${filled}`;
}

/**
 * Passes when whatever `from` gives may go into `to`; throws otherwise, before any tensor is made.
 *
 * @param from  the giving part: its name and what it gives
 * @param to    the taking part: its name and what it takes
 * @throws GM_FIT naming both parts, the mismatch and the adapter that mends it
 * @example checkFits({ name: 'decoder', spec: decoder.output }, { name: 'discriminator', spec: discriminator.input })
 */
export function checkFits(from: { name: string; spec: Spec }, to: { name: string; spec: Spec }): void {
  const remedy = misfit(from.spec, to.spec);
  if (remedy === undefined) return;
  throw gmError('GM_FIT', {
    where: `${from.name} → ${to.name}`,
    expected: showSpec(to.spec),
    received: showSpec(from.spec),
    remedy,
  });
}

/** The adapter that would make `from` fit into `to`; undefined when it fits as it is. */
export function misfit(from: Spec, to: Spec): string | undefined {
  if (from.dtype !== to.dtype) return `Cast to ${to.dtype} first.`;
  if (showShape(from.shape) !== showShape(to.shape)) return reshapeRemedy(from.shape, to.shape);
  return paddingRemedy(from, to) ?? rangeRemedy(from.range, to.range);
}

/** Padding that is not passed over would count as content. */
function paddingRemedy({ padding }: Spec, to: Spec): string | undefined {
  if (padding === undefined || padding === to.padding) return undefined;
  return `Pass { padding: ${padding} } to the part that reads them, or build it for the spec of the data.`;
}

/** The adapter that takes numbers of range `from` to range `to`; undefined when they fit as they are. */
export function rangeRemedy(from: Range, to: Range): string | undefined {
  if (to === 'unbounded') return undefined;
  if (to === 'logits') {
    return typeof from === 'string' ? undefined : `Leave out the last activation, so that the part gives logits.`;
  }
  if (typeof from === 'string') return boundingRemedy(from, to);
  if (from[0] >= to[0] && from[1] <= to[1]) return undefined;
  return `Put rescale(${showRange(from)}, ${showRange(to)}) between them.`;
}

function boundingRemedy(from: 'logits' | 'unbounded', to: readonly [number, number]): string {
  if (to[0] === 0 && to[1] === 1)
    return from === 'logits' ? 'Put sigmoid() between them.' : 'End the part with sigmoid().';
  if (to[0] === -1 && to[1] === 1) return 'End the part with tanh().';
  return `Bound the part with sigmoid() and rescale([0, 1], ${showRange(to)}).`;
}

function reshapeRemedy(from: readonly number[], to: readonly number[]): string {
  if (sizeOf(from) !== sizeOf(to))
    return `Change one of the parts: ${sizeOf(from)} numbers cannot become ${sizeOf(to)}.`;
  return to.length === 1 ? 'Put flatten() between them.' : `Put reshape(${showShape(to)}) between them.`;
}

/**
 * Passes when `tensor` is a batch of what `wanted` says; looks at shape and number type, never at the values.
 *
 * @throws GM_SHAPE, GM_DTYPE
 */
export function checkTensor(where: string, name: string, tensor: Tensor, wanted: Spec): void {
  const { shape, dtype } = tensor;
  if (showShape(shape.slice(1)) !== showShape(wanted.shape) || shape.length === 0) {
    throw gmError('GM_SHAPE', {
      where,
      expected: `${name} of shape [batch${wanted.shape.map((size) => `, ${size}`).join('')}]`,
      received: showShape(shape),
      remedy: `Reshape ${name}, or build the part for that shape.`,
    });
  }
  if (dtype !== wanted.dtype) {
    throw gmError('GM_DTYPE', {
      where,
      expected: `${name} of type ${wanted.dtype}`,
      received: dtype,
      remedy: `Cast ${name} with cast(${name}, '${wanted.dtype}').`,
    });
  }
}
