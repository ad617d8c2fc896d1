import { backend_util, GatherV2, util } from '@tensorflow/tfjs-core';
import { type Body, isFloat, sizeOf } from './kernel.js';

/** Sums the rows of x that share a segment, which is the gradient of gather and of embeddings; tfjs lacks it for wasm. */
export const unsortedSegmentSum: Body = ({ x, segmentIds }, { numSegments }, tools) => {
  const values = isFloat(x) ? x! : tools.call('Cast', { x: x! }, { dtype: 'float32' });
  const inner = x!.shape.slice(segmentIds!.shape.length);
  const sums = tools.make([numSegments, ...inner]);
  const [width, count] = [util.sizeFromShape(inner), sizeOf(segmentIds!)];
  const { kernels, at } = tools;
  if (width * numSegments > 0) kernels.segmentSum!(at(values), at(segmentIds!), at(sums), count, width, numSegments);
  return isFloat(x) ? sums : tools.call('Cast', { x: sums }, { dtype: x!.dtype });
};

/** The entries of x along an axis that the indices name, as for an embedding: its rows. */
export const gatherV2: Body = ({ x, indices }, attrs, tools) => {
  const { axis, batchDims = 0 } = attrs;
  if (!isFourBytes(x!.dtype) || indices!.dtype !== 'int32')
    return tools.stock(GatherV2, { x: x!, indices: indices! }, attrs);
  const along = util.parseAxisParam(axis, x!.shape)[0]!;
  const rows = x!.shape[along]!;
  const wrong = tools.view(indices!).find((index) => index < 0 || index >= rows);
  util.assert(wrong === undefined, () => `GatherV2: the index value ${wrong} is not in [0, ${rows - 1}]`);
  const { batchSize, outerSize, sliceSize, outputShape } = backend_util.segment_util.collectGatherOpShapeInfo(
    x as never,
    indices as never,
    along,
    batchDims,
  );
  const y = tools.make(outputShape, x!.dtype);
  const { kernels, at } = tools;
  const count = sizeOf(indices!) / batchSize;
  if (sizeOf(y) > 0) kernels.gather!(at(x!), at(indices!), at(y), batchSize, outerSize, rows, count, sliceSize);
  return y;
};

const isFourBytes = (dtype: string): boolean => dtype === 'float32' || dtype === 'int32';
