import { backend_util, pad, slice, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Attributes } from '../gradients/rule.js';

type Shape4D = Tensor4D['shape'];
type Info = backend_util.Conv2DInfo;

/** Rows and columns around an image: [top, bottom], [left, right]. */
export type Margin = readonly [rows: readonly [number, number], columns: readonly [number, number]];

/** How a convolution of images of that shape goes over them. */
export const convolutionOf = (shape: readonly number[], filter: readonly number[], attrs: Attributes): Info =>
  backend_util.computeConv2DInfo(
    shape as Shape4D,
    filter as Shape4D,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC'),
  );

export const poolingOf = (shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Attributes): Info =>
  backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);

/** The margin where it is given in numbers, which TensorFlow mostly does not take; undefined where it is 'valid' or 'same'. */
export function marginOf(info: Info): Margin | undefined {
  const { type, top, left } = info.padInfo;
  if (type === 'VALID' || type === 'SAME' || info.dataFormat !== 'channelsLast') return undefined;
  // As far as the last window reaches, which with a margin of one number is not always where the margin ends.
  const down = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const across = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  return [
    [top, Math.max(down, 0)],
    [left, Math.max(across, 0)],
  ];
}

export const framed = (x: Tensor, [rows, columns]: Margin, value = 0): Tensor =>
  pad(x, [[0, 0], [...rows], [...columns], [0, 0]], value);

export function framedShape(shape: readonly number[], [[top, bottom], [left, right]]: Margin): number[] {
  const [batch, height, width, channels] = shape as Shape4D;
  return [batch, height + top + bottom, width + left + right, channels];
}

/** What lies inside the frame. */
export const unframed = (x: Tensor, shape: readonly number[], [[top], [left]]: Margin): Tensor =>
  slice(x, [0, top, left, 0], [...shape]);
