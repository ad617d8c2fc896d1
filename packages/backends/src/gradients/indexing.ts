import {
  DepthToSpace,
  GatherNd,
  type GradConfig,
  gatherND,
  pad,
  reshape,
  reverse,
  ScatterNd,
  StridedSlice,
  scatterND,
  slice,
  slice_util,
  type Tensor,
  transpose,
  util,
} from '@tensorflow/tfjs-core';
import { fromInputs } from './rule.js';

/** Kernels that tfjs has no gradient for. */
export const indexingGradients: readonly GradConfig[] = [
  fromInputs(DepthToSpace, [], (dy, _, { blockSize, dataFormat }) => ({
    x: () => spaceToDepth(dy, blockSize, dataFormat),
  })),
  fromInputs(GatherNd, ['params', 'indices'], (dy, [params, indices]) => ({
    params: () => scatterND(indices, dy, params.shape),
  })),
  fromInputs(ScatterNd, ['indices'], (dy, [indices]) => ({ updates: () => gatherND(dy, indices) })),
  fromInputs(StridedSlice, ['x'], (dy, [x], attrs) => ({
    x: () => {
      const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
      const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
      const info = slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
      return info.strides.reduce(
        (grown, stride, axis) => placed(grown, axis, info.begin[axis]!, stride, x.shape[axis]!),
        reshape(dy, info.finalShapeSparse),
      );
    },
  })),
];

/** Along `axis`: the entries `stride` apart, the first at `begin`, zeros elsewhere. */
function placed(x: Tensor, axis: number, begin: number, stride: number, length: number): Tensor {
  const [count, step] = [x.shape[axis]!, Math.abs(stride)];
  const turned = stride < 0 ? reverse(x, axis) : x;
  const first = stride < 0 ? begin + (count - 1) * stride : begin;
  const outer = util.sizeFromShape(x.shape.slice(0, axis));
  const inner = util.sizeFromShape(x.shape.slice(axis + 1));
  const spaced = pad(reshape(turned, [outer * count, inner]), [
    [0, 0],
    [0, (step - 1) * inner],
  ]);
  const reach = (count - 1) * step + 1;
  const rows = slice(reshape(spaced, [outer, count * step * inner]), [0, 0], [outer, reach * inner]);
  const framed = pad(rows, [
    [0, 0],
    [first * inner, (length - first - reach) * inner],
  ]);
  const shape = [...x.shape];
  shape[axis] = length;
  return reshape(framed, shape);
}

/** The channels that depthToSpace spread over blocks, back in their order. */
function spaceToDepth(dy: Tensor, block: number, dataFormat: 'NHWC' | 'NCHW'): Tensor {
  const last = dataFormat === 'NHWC';
  const x = last ? dy : transpose(dy, [0, 2, 3, 1]);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const blocks = reshape(x, [(batch * height) / block, block, width / block, block * channels]);
  const shape = [batch, height / block, width / block, block * block * channels];
  const deep = reshape(transpose(blocks, [0, 2, 1, 3]), shape);
  return last ? deep : transpose(deep, [0, 3, 1, 2]);
}
