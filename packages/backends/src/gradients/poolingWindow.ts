import { backend_util, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Attributes } from './rule.js';

/** How pooling goes over x. */
export const poolOf = (x: Tensor, { filterSize, strides, pad, dimRoundingMode }: Attributes) =>
  backend_util.computePool2DInfo(x.shape as Tensor4D['shape'], filterSize, strides, 1, pad, dimRoundingMode);

/** Which part of each pooling window lies inside x, [1, rows, columns, 1]. */
export function insideShare(x: Tensor, attrs: Attributes): Tensor {
  const { padInfo, ...info } = poolOf(x, attrs);
  const share = (count: number, window: number, stride: number, before: number, length: number) =>
    Array.from({ length: count }, (_, place) => {
      const start = place * stride - before;
      return (Math.min(start + window, length) - Math.max(start, 0)) / window;
    });
  const rows = share(info.outHeight, info.filterHeight, info.strideHeight, padInfo.top, info.inHeight);
  const columns = share(info.outWidth, info.filterWidth, info.strideWidth, padInfo.left, info.inWidth);
  const shares = Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
  return tensor4d(shares, [1, rows.length, columns.length, 1]);
}
