import {
  AvgPool,
  AvgPoolGrad,
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
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { insideShare, poolOf } from './poolingWindow.js';
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
