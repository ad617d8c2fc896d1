/** Plain float64 versions of what the tests differentiate, over flat arrays in row-major order. */

export type Reference = (...inputs: Float64Array[]) => ArrayLike<number>;

export const each =
  (f: (x: number) => number): Reference =>
  (x) =>
    x!.map(f);

export const pairwise =
  (f: (a: number, b: number) => number): Reference =>
  (a, b) =>
    a!.map((value, index) => f(value, b![index % b!.length]!));

/** Applies f to each row of `width` numbers. */
export const rows =
  (width: number, f: (row: Float64Array) => ArrayLike<number>): Reference =>
  (x) =>
    Array.from({ length: x!.length / width }, (_, row) =>
      Array.from(f(x!.subarray(row * width, (row + 1) * width))),
    ).flat();

export const total = (row: ArrayLike<number>) => Array.from(row).reduce((a, b) => a + b, 0);
export const logSumExp = (row: Float64Array) => Math.log(total(row.map(Math.exp)));
export const softmaxOf = (row: Float64Array) => row.map((value) => Math.exp(value - logSumExp(row)));

/** erf by its Taylor series, good for |x| < 3. */
export function erfOf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export interface Window {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly dilation?: number;
  readonly same?: boolean;
}

/** Calls visit(output position, tap, input position) for each place of one image that a sliding window meets. */
function slide(
  { input: [height, width], kernel: [kh, kw], stride, dilation = 1, same = true }: Window,
  visit: (output: number, tap: number, position: number) => void,
): number {
  const reach = (kernel: number) => (kernel - 1) * dilation + 1;
  const sizes = [height, width].map((size, axis) =>
    same ? Math.ceil(size / stride) : Math.floor((size - reach([kh, kw][axis]!)) / stride) + 1,
  );
  const before = [height, width].map((size, axis) =>
    same ? Math.floor(Math.max(0, (sizes[axis]! - 1) * stride + reach([kh, kw][axis]!) - size) / 2) : 0,
  );
  for (let i = 0; i < sizes[0]!; i++)
    for (let j = 0; j < sizes[1]!; j++)
      for (let k = 0; k < kh; k++)
        for (let l = 0; l < kw; l++) {
          const [y, x] = [i * stride + k * dilation - before[0]!, j * stride + l * dilation - before[1]!];
          if (y >= 0 && y < height && x >= 0 && x < width) visit(i * sizes[1]! + j, k * kw + l, y * width + x);
        }
  return sizes[0]! * sizes[1]!;
}

/** A convolution of one image by a filter [height, width, channels, filters]. */
export const convolution =
  (window: Window, filters: number): Reference =>
  (x, w) => {
    const channels = window.input[2];
    const result: number[] = [];
    const places = slide(window, (output, tap, position) => {
      for (let f = 0; f < filters; f++)
        for (let c = 0; c < channels; c++) {
          const index = output * filters + f;
          result[index] = (result[index] ?? 0) + x![position * channels + c]! * w![(tap * channels + c) * filters + f]!;
        }
    });
    return Array.from({ length: places * filters }, (_, index) => result[index] ?? 0);
  };

/** A depthwise convolution of one image by a filter [height, width, channels, multiplier]. */
export const depthwise =
  (window: Window, multiplier: number): Reference =>
  (x, w) => {
    const channels = window.input[2];
    const result: number[] = [];
    const places = slide(window, (output, tap, position) => {
      for (let d = 0; d < channels * multiplier; d++) {
        const c = Math.floor(d / multiplier);
        const index = output * channels * multiplier + d;
        result[index] = (result[index] ?? 0) + x![position * channels + c]! * w![tap * channels * multiplier + d]!;
      }
    });
    return Array.from({ length: places * channels * multiplier }, (_, index) => result[index] ?? 0);
  };

/** Pooling of one image: f of what each window holds. */
export const pooling =
  (window: Window, f: (values: number[]) => number): Reference =>
  (x) => {
    const channels = window.input[2];
    const held = new Map<number, number[]>();
    const places = slide(window, (output, _, position) => {
      for (let c = 0; c < channels; c++) {
        const index = output * channels + c;
        held.set(index, [...(held.get(index) ?? []), x![position * channels + c]!]);
      }
    });
    return Array.from({ length: places * channels }, (_, index) => f(held.get(index)!));
  };
