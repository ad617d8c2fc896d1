import {
  ResizeBilinear,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { type Attributes, type Body, isFloat, type Tools } from './kernel.js';

/** Where a row (column) of the resized image comes from: two of the image, and the share of the second. */
type Source = readonly [first: number, second: number, share: number];
/** The sources along one axis, from its sizes. */
type Sources = (from: number, to: number, attrs: Attributes) => Source[];

/** As tfjs's cpu backend places them, in float64. */
const positions = (from: number, to: number, { alignCorners, halfPixelCenters }: Attributes, centre: number) => {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, place) => (halfPixelCenters ? ratio * (place + 0.5) - centre : ratio * place));
};

const bilinear: Sources = (from, to, attrs) =>
  positions(from, to, attrs, 0.5).map((position) => {
    const first = Math.max(0, Math.floor(position));
    const second = Math.max(0, Math.min(from - 1, Math.ceil(position)));
    return [first, second, first === second ? 0 : position - first];
  });

const nearest: Sources = (from, to, attrs) =>
  positions(from, to, attrs, 0).map((position) => {
    const place = Math.min(from - 1, attrs.alignCorners ? Math.round(position) : Math.floor(position));
    return [place, place, 0];
  });

/** The address of the sources as the kernels read them. */
function table({ make, view, at }: Tools, sources: readonly Source[]): number {
  const entries = make([3 * sources.length], 'int32');
  const places = view(entries);
  const shares = new Float32Array(places.buffer, places.byteOffset, places.length);
  for (const [index, [first, second, share]] of sources.entries()) {
    places.set([first, second], 3 * index);
    shares[3 * index + 2] = share;
  }
  return at(entries);
}

const resizing =
  (kernel: string, sources: Sources): Body =>
  ({ images }, attrs, tools) => {
    if (!isFloat(images)) return tools.stock(kernel, { images: images! }, attrs);
    const [batch, height, width, channels] = images!.shape as [number, number, number, number];
    const [outHeight, outWidth] = attrs.size as [number, number];
    const shape = [batch, outHeight, outWidth, channels];
    if (batch * height * width * channels * outHeight * outWidth === 0) return tools.zeros(shape);
    const y = tools.make(shape);
    const rows = table(tools, sources(height, outHeight, attrs));
    const columns = table(tools, sources(width, outWidth, attrs));
    const sizes = [batch, height, width, channels, outHeight, outWidth];
    tools.kernels.resize!(tools.at(images!), tools.at(y), ...sizes, rows, columns, Number(sources === nearest));
    return y;
  };
export const resizeBilinear = resizing(ResizeBilinear, bilinear);
export const resizeNearestNeighbor = resizing(ResizeNearestNeighbor, nearest);

/** The adjoint of the resizing, with half pixel centres too, which tfjs's own gradients overlook. */
const resizingGrad =
  (kernel: string, sources: Sources): Body =>
  ({ dy, images }, attrs, tools) => {
    if (!isFloat(dy, images)) return tools.stock(kernel, { dy: dy!, images: images! }, attrs);
    const [batch, height, width, channels] = images!.shape as [number, number, number, number];
    const [, outHeight, outWidth] = dy!.shape as [number, number, number, number];
    if (batch * height * width * channels * outHeight * outWidth === 0) return tools.zeros(images!.shape);
    const dx = tools.make(images!.shape);
    const [starts, entries] = destinations(tools, sources(height, outHeight, attrs), height);
    const columns = table(tools, sources(width, outWidth, attrs));
    const sizes = [batch, outHeight, outWidth, channels, height, width];
    tools.kernels.resizeBack!(tools.at(dy!), tools.at(dx), ...sizes, starts, entries, columns);
    return dx;
  };
export const resizeBilinearGrad = resizingGrad(ResizeBilinearGrad, bilinear);
export const resizeNearestNeighborGrad = resizingGrad(ResizeNearestNeighborGrad, nearest);

/** The sources seen from the other side: for each of `count` rows of the image, the rows that were made of it and its share in them. */
function destinations({ make, view, at }: Tools, sources: readonly Source[], count: number): readonly [number, number] {
  const lists = Array.from({ length: count }, (): [number, number][] => []);
  for (const [row, [first, second, share]] of sources.entries()) {
    lists[first]!.push([row, 1 - share]);
    if (share !== 0) lists[second]!.push([row, share]);
  }
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  const starts = make([count + 1], 'int32');
  const entries: TensorInfo = make([2 * total], 'int32');
  const [starting, rows] = [view(starts), view(entries)];
  const shares = new Float32Array(rows.buffer, rows.byteOffset, rows.length);
  let place = 0;
  for (const [index, list] of lists.entries()) {
    starting[index] = place;
    for (const [row, share] of list) {
      rows[2 * place] = row;
      shares[2 * place + 1] = share;
      place++;
    }
  }
  starting[count] = place;
  return [at(starts), at(entries)];
}
