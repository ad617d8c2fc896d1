import type { Body } from './kernel.js';

/** Sums the rows of x that share a segment, which is the gradient of gather and of embeddings; tfjs lacks it for wasm. */
export const unsortedSegmentSum: Body = ({ x, segmentIds }, { numSegments }, { zeros, view }) => {
  const width = x!.shape.slice(segmentIds!.shape.length).reduce((a, b) => a * b, 1);
  const result = zeros([numSegments, ...x!.shape.slice(segmentIds!.shape.length)]);
  const [from, ids, to] = [view(x!), view(segmentIds!), view(result)];
  for (const [row, id] of ids.entries()) {
    if (id < 0 || id >= numSegments) continue; // as on the other backends
    for (let i = 0; i < width; i++) to[id * width + i]! += from[row * width + i]!;
  }
  return result;
};
