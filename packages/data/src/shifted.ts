import { checkNumber, gmError, type Range, type SeededRandom, showRange, showShape } from '@gm/core';
import {
  add,
  cast,
  floor,
  gather,
  mul,
  pad,
  range,
  reshape,
  type Tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Transform } from './transform.js';

export interface ShiftedOptions {
  /** How far an image may move to each side, in pixels. Default 2. */
  readonly pixels?: number;
  /** What comes in at the edges. Default 0, for images whose values begin there; others have to say. */
  readonly fill?: number;
}

/**
 * Augmentation: every image is moved by whole pixels, anew in every batch, up to so many to each side and up and down.
 *
 *   y[i, j] = x[i + u, j + v],   u, v ~ U{−pixels, …, pixels};   `fill` beyond the edges
 *
 * @throws GM_OPTION when `pixels` is no whole number, `fill` is not finite, or is left out for images that do not begin at 0; GM_SHAPE
 *   when the examples are not [height, width, channels]
 * @see LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document recognition, section III.B.4
 * @example batches(mnist, { batchSize: 128, random: seeded(1), transform: shifted({ pixels: 2 }) })
 */
export function shifted({ pixels = 2, fill }: ShiftedOptions = {}): Transform {
  checkNumber('shifted', 'pixels', pixels, { min: 0, integer: true });
  if (fill !== undefined) checkNumber('shifted', 'fill', fill);
  return {
    example(before) {
      if (before.shape.length !== 3) throw noImages(before.shape);
      if (fill === undefined && before.range[0] !== 0) throw edgeless(before.range);
      return before;
    },
    apply: (x, random) =>
      tidy(() => {
        const wide = pad(
          x,
          [
            [0, 0],
            [pixels, pixels],
            [pixels, pixels],
            [0, 0],
          ],
          fill,
        ); // [batch, h + 2p, w + 2p, c]
        const moved = cut(wide, { length: x.shape[1]!, pixels, random });
        const turned = transpose(moved, [0, 2, 1, 3]); // columns first
        return transpose(cut(turned, { length: x.shape[2]!, pixels, random }), [0, 2, 1, 3]);
      }),
  };
}

/** `length` rows of each image, from a row of its own between 0 and 2 · pixels on. */
function cut(x: Tensor, { length, pixels, random }: { length: number; pixels: number; random: SeededRandom }): Tensor {
  const first = floor(mul(random.uniform([x.shape[0]!, 1]), 2 * pixels + 1)); // [batch, 1]
  const rows = add(cast(first, 'int32'), reshape(range(0, length, 1, 'int32'), [1, length])); // [batch, length]
  return gather(x, rows as never, 1, 1);
}

function edgeless(range: Range) {
  return gmError('GM_OPTION', {
    where: 'shifted',
    expected: 'fill, for images that do not begin at 0',
    received: `none, and images in ${showRange(range)}`,
    remedy: 'Say what is dark: shifted({ fill: -1 }) for images in [-1, 1].',
  });
}

function noImages(shape: readonly number[]) {
  return gmError('GM_SHAPE', {
    where: 'shifted',
    expected: 'images [height, width, channels]',
    received: showShape(shape),
    remedy: 'Leave it out, or reshape the examples to images.',
  });
}
