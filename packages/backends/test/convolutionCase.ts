import { fc } from '@fast-check/vitest';
import type { Numbers } from './kernelCase.js';

type Pair = readonly [number, number];

/** A convolution to try: sizes and attributes as tfjs has them. */
export interface ConvolutionCase {
  readonly batch: number;
  readonly size: Pair;
  readonly channels: number;
  /** Filters; for a depthwise convolution, those of each channel. */
  readonly filters: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: 'same' | 'valid' | readonly Pair[];
  readonly dimRoundingMode?: 'floor' | 'ceil' | 'round';
}

const pairOf = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
const depth = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(17, 64));
const explicit = fc
  .tuple(pairOf(0, 3), pairOf(0, 3))
  .map(([rows, columns]) => [[0, 0], rows, columns, [0, 0]] as Pair[]);

/** Small ones of every kind; with at most so many multiplications, that float64 loops may take their time. */
export const convolutionCases: fc.Arbitrary<ConvolutionCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: pairOf(1, 9),
    channels: depth,
    filters: depth,
    kernel: pairOf(1, 5),
    strides: pairOf(1, 3),
    dilations: fc.oneof(fc.constant([1, 1] as Pair), pairOf(1, 2)),
    pad: fc.oneof(fc.constantFrom<'same' | 'valid'>('same', 'valid'), explicit),
    dimRoundingMode: fc.constantFrom<'floor' | 'ceil' | 'round'>('floor', 'ceil', 'round'),
  })
  .filter((c) => {
    const { sizes } = placesOf(c);
    return sizes.every((size) => size >= 1) && work(c) < 400_000;
  });

const work = ({ batch, channels, filters, kernel, ...c }: ConvolutionCase) =>
  placesOf({ batch, channels, filters, kernel, ...c }).sizes.reduce(
    (a, b) => a * b,
    batch * channels * filters * kernel[0] * kernel[1],
  );

/** Sizes of the result, and zeros before the first row and column. */
export function placesOf({ size, kernel, strides, dilations, pad, dimRoundingMode = 'floor' }: ConvolutionCase) {
  const axes = [0, 1].map((axis) => {
    const [input, stride] = [size[axis]!, strides[axis]!];
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1;
    if (pad === 'valid') return [Math.ceil((input - reach + 1) / stride), 0] as const;
    if (pad === 'same') {
      const output = Math.ceil(input / stride);
      return [output, Math.floor(Math.max(0, (output - 1) * stride + reach - input) / 2)] as const;
    }
    const [before, after] = pad[axis + 1]!;
    return [Math[dimRoundingMode]((input + before + after - reach) / stride + 1), before] as const;
  });
  return { sizes: axes.map(([output]) => output), before: axes.map(([, zeros]) => zeros) };
}

/** Calls visit(image, output place, tap, input place), all flat, for each pair that a sliding window meets. */
export function meet(
  c: ConvolutionCase,
  visit: (image: number, output: number, tap: number, input: number) => void,
): void {
  const { sizes, before } = placesOf(c);
  const [kh, kw] = c.kernel;
  for (let image = 0; image < c.batch; image++)
    for (let i = 0; i < sizes[0]!; i++)
      for (let j = 0; j < sizes[1]!; j++)
        for (let k = 0; k < kh; k++)
          for (let l = 0; l < kw; l++) {
            const y = i * c.strides[0] + k * c.dilations[0] - before[0]!;
            const x = j * c.strides[1] + l * c.dilations[1] - before[1]!;
            if (y < 0 || y >= c.size[0] || x < 0 || x >= c.size[1]) continue;
            visit(image, (image * sizes[0]! + i) * sizes[1]! + j, k * kw + l, (image * c.size[0] + y) * c.size[1] + x);
          }
}

/** The attributes of tfjs's kernels. */
export const attributesOf = ({ strides, dilations, pad, dimRoundingMode }: ConvolutionCase) => ({
  strides,
  dilations,
  pad,
  dataFormat: 'NHWC',
  ...(typeof pad !== 'string' && { dimRoundingMode }),
});

/** Activations of fused kernels in float64; prelu has a slope for each channel. */
export const activationsOf = (alpha: number, slopes: ArrayLike<number>) => ({
  linear: (x: number) => x,
  relu: (x: number) => Math.max(0, x),
  relu6: (x: number) => Math.min(6, Math.max(0, x)),
  elu: (x: number) => (x < 0 ? Math.expm1(x) : x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  leakyrelu: (x: number) => (x < 0 ? alpha * x : x),
  prelu: (x: number, channel: number) => (x < 0 ? slopes[channel]! * x : x),
});

/** f of each number and its place along the last axis. */
export const mapped = ({ shape, values }: Numbers, f: (x: number, channel: number) => number): Numbers => ({
  shape,
  values: Float64Array.from(values, (x, index) => f(x, index % shape.at(-1)!)),
});
