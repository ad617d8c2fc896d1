import {
  AvgPool,
  AvgPoolGrad,
  backend_util,
  div,
  equal,
  type GradConfig,
  image,
  logicalAnd,
  logicalNot,
  logicalOr,
  MaxPoolGrad,
  mul,
  pad as padded,
  ResizeBilinearGrad,
  ResizeNearestNeighborGrad,
  stridedSlice,
  type Tensor,
  type Tensor4D,
  tensor4d,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type Attributes, fromInputs, runKernel } from './rule.js';

/** Gradients of the gradients of pooling and resizing: linear in dy, so each is the pooling or resizing itself; flat in the rest. */
export const poolingGradients: readonly GradConfig[] = [
  // The kernel divides by the whole window, the pooling by what of it lies inside; tfjs is wrong at the border with 'same'.
  fromInputs(AvgPool, ['x'], (dy, [x], attrs) => ({
    x: () => runKernel(AvgPoolGrad, { dy: div(dy, insideShare(x, attrs)), input: x }, attrs),
  })),
  fromInputs(AvgPoolGrad, ['input'], (ddx, [input], attrs) => ({
    dy: () => mul(runKernel(AvgPool, { x: ddx }, attrs), insideShare(input, attrs)),
    input: () => zeros(input.shape),
  })),
  fromInputs(MaxPoolGrad, ['input', 'output'], (ddx, [input, output], attrs) => ({
    dy: () => atMaxima(ddx, input, output, attrs),
    input: () => zeros(input.shape),
    output: () => zeros(output.shape),
  })),
  fromInputs(ResizeBilinearGrad, ['dy', 'images'], (ddx, [dy, images], { alignCorners, halfPixelCenters }) => ({
    dy: () => image.resizeBilinear(ddx as Tensor4D, sizeOf(dy), alignCorners, halfPixelCenters),
    images: () => zeros(images.shape),
  })),
  fromInputs(ResizeNearestNeighborGrad, ['dy', 'images'], (ddx, [dy, images], { alignCorners, halfPixelCenters }) => ({
    dy: () => image.resizeNearestNeighbor(ddx as Tensor4D, sizeOf(dy), alignCorners, halfPixelCenters),
    images: () => zeros(images.shape),
  })),
];

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

const poolOf = (x: Tensor, { filterSize, strides, pad, dimRoundingMode }: Attributes) =>
  backend_util.computePool2DInfo(x.shape as Tensor4D['shape'], filterSize, strides, 1, pad, dimRoundingMode);

const sizeOf = ({ shape }: Tensor) => [shape[1]!, shape[2]!] as [number, number];

/** From each pooling window of `values`, the one at the place where the window of `input` has its maximum (the first, if several). */
function atMaxima(values: Tensor, input: Tensor, output: Tensor, attrs: Attributes): Tensor {
  const info = poolOf(input, attrs);
  const tap = (x: Tensor, outside: number, row: number, column: number) => {
    const { top, bottom, left, right } = info.padInfo;
    const framed = padded(
      x,
      [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      outside,
    );
    const height = (info.outHeight - 1) * info.strideHeight + 1;
    const width = (info.outWidth - 1) * info.strideWidth + 1;
    const end = [info.batchSize, row + height, column + width, info.inChannels];
    return stridedSlice(framed, [0, row, column, 0], end, [1, info.strideHeight, info.strideWidth, 1]);
  };
  let result = zerosLike(output);
  let taken = zeros(output.shape, 'bool') as Tensor;
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      const here = logicalAnd(equal(tap(input, -Infinity, row, column), output), logicalNot(taken));
      result = where(here, tap(values, 0, row, column), result);
      taken = logicalOr(taken, here);
    }
  }
  return result;
}
