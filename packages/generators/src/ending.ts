import { gmError, type Layer, type Network, type Range, type Spec, showRange, showShape } from '@gm/core';
import { sigmoid, tanh } from '@gm/networks';

/** The last activation that gives numbers of a range; none for logits and unbounded ones. @throws GM_RANGE */
export function endingIn(where: string, range: Range): Layer[] {
  if (typeof range === 'string') return [];
  if (range[0] === 0 && range[1] === 1) return [sigmoid()];
  if (range[0] === -1 && range[1] === 1) return [tanh()];
  throw gmError('GM_RANGE', {
    where,
    expected: "an output in [0, 1], [-1, 1], 'logits' or 'unbounded'",
    received: showRange(range),
    remedy: 'Choose one of them and rescale the data to it.',
  });
}

/** The network under the spec that was asked for: 'unbounded' numbers may be called logits. */
export function giving(output: Spec, network: Network): Network {
  return { ...network, output };
}

/** Height, width and channels of an image. @throws GM_SHAPE */
export function imageSizes(where: string, { shape }: Spec): [height: number, width: number, channels: number] {
  if (shape.length === 3) return shape as unknown as [number, number, number];
  throw gmError('GM_SHAPE', {
    where,
    expected: 'an output [height, width, channels]',
    received: showShape(shape),
    remedy: 'Give images a channel axis, or take mlpDecoder() for other data.',
  });
}

/** Sizes after `doublings` doublings have been undone. @throws GM_SHAPE when they do not come out even */
export function smallest(where: string, sizes: readonly number[], doublings: number): number[] {
  const factor = 2 ** doublings;
  if (sizes.every((size) => size % factor === 0)) return sizes.map((size) => size / factor);
  throw gmError('GM_SHAPE', {
    where,
    expected: `height and width that are multiples of ${factor}`,
    received: showShape(sizes),
    remedy: 'Pad or crop the images to such a size, or choose fewer channels entries.',
  });
}
