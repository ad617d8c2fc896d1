/**
 * Every layer once more, in float64, written for nothing but to be obviously right.
 * Tensors are flat arrays in row-major order; images are [batch, height, width, channels].
 */

/** y of a layer from x and its parameters by local name. */
export type Reference = (x: Float64Array, parameters: Readonly<Record<string, Float64Array>>) => Float64Array;

export function dense(batch: number, features: number, units: number): Reference {
  return (x, { kernel, bias }) =>
    build([batch, units], (b, unit) => {
      let total = bias?.[unit!] ?? 0;
      for (let f = 0; f < features; f++) total += x[b! * features + f]! * kernel![f * units + unit!]!;
      return total;
    });
}

export interface Convolution {
  readonly batch: number;
  /** Height, width, channels. */
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

export function conv2d({ batch, from, to, size, strides, padding }: Convolution): Reference {
  const [height, width, channels] = from;
  const filters = to[2];
  const before = [0, 1].map((axis) => padBefore(padding, from[axis]!, to[axis]!, size[axis]!, strides[axis]!));
  return (x, { kernel, bias }) =>
    build([batch, ...to], (b, i, j, o) => {
      let total = bias?.[o!] ?? 0;
      for (let u = 0; u < size[0]; u++) {
        for (let v = 0; v < size[1]; v++) {
          const row = i! * strides[0] + u - before[0]!;
          const column = j! * strides[1] + v - before[1]!;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let c = 0; c < channels; c++) {
            const pixel = x[((b! * height + row) * width + column) * channels + c]!;
            total += pixel * kernel![((u * size[1] + v) * channels + c) * filters + o!]!;
          }
        }
      }
      return total;
    });
}

/** Paints every pixel of x; what falls outside is cut off. */
export function conv2dTranspose({ batch, from, to, size, strides, padding }: Convolution): Reference {
  const channels = from[2];
  const [height, width, filters] = to;
  const before = [0, 1].map((axis) => padBefore(padding, to[axis]!, from[axis]!, size[axis]!, strides[axis]!));
  return (x, { kernel, bias }) => {
    const y = build([batch, ...to], (_b, _i, _j, o) => bias?.[o!] ?? 0);
    let at = 0;
    each([batch, ...from], (b, i, j, c) => {
      const pixel = x[at++]!;
      each([...size, filters], (u, v, o) => {
        const row = i! * strides[0] + u! - before[0]!;
        const column = j! * strides[1] + v! - before[1]!;
        if (row < 0 || row >= height || column < 0 || column >= width) return;
        const weight = kernel![((u! * size[1] + v!) * filters + o!) * channels + c!]!;
        y[((b! * height + row) * width + column) * filters + o!]! += pixel * weight;
      });
    });
    return y;
  };
}

/** Rows of zeros above (left of) an image of size `large` from which a convolution makes one of size `small`. */
function padBefore(padding: 'same' | 'valid', large: number, small: number, size: number, stride: number): number {
  return padding === 'valid' ? 0 : Math.floor(Math.max((small - 1) * stride + size - large, 0) / 2);
}

export function batchNorm(channels: number, epsilon: number): Reference {
  return (x, { scale, offset }) => {
    const rows = x.length / channels;
    const column = (c: number) => Float64Array.from({ length: rows }, (_, row) => x[row * channels + c]!);
    const statistics = Array.from({ length: channels }, (_, c) => moments(column(c)));
    return x.map((value, at) => {
      const c = at % channels;
      const { mean, variance } = statistics[c]!;
      return (scale![c]! * (value - mean)) / Math.sqrt(variance + epsilon) + offset![c]!;
    });
  };
}

export function layerNorm(features: number, epsilon: number): Reference {
  return (x, { scale, offset }) =>
    x.map((value, at) => {
      const row = Math.floor(at / features) * features;
      const { mean, variance } = moments(x.subarray(row, row + features));
      const f = at % features;
      return (scale![f]! * (value - mean)) / Math.sqrt(variance + epsilon) + offset![f]!;
    });
}

/** Of examples of that shape, the channels last. */
export function groupNorm(shape: readonly number[], groups: number, epsilon: number): Reference {
  const channels = shape.at(-1)!;
  const size = shape.reduce((product, length) => product * length, 1);
  const groupOf = (at: number) => Math.floor(at / size) * groups + Math.floor(((at % channels) * groups) / channels);
  return (x, { scale, offset }) =>
    x.map((value, at) => {
      const { mean, variance } = moments(x.filter((_, other) => groupOf(other) === groupOf(at)));
      const c = at % channels;
      return (scale![c]! * (value - mean)) / Math.sqrt(variance + epsilon) + offset![c]!;
    });
}

/** Mean and variance, the variance divided by the count. */
export function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

export const activations = {
  relu: (x: number) => Math.max(0, x),
  leakyRelu: (x: number) => (x > 0 ? x : 0.2 * x),
  elu: (x: number) => (x > 0 ? x : Math.expm1(x)),
  selu: (x: number) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  tanh: (x: number) => Math.tanh(x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  softplus: (x: number) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  swish: (x: number) => x / (1 + Math.exp(-x)),
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

export function softmax(classes: number): Reference {
  return (x) =>
    x.map((value, at) => {
      const row = x.subarray(Math.floor(at / classes) * classes).subarray(0, classes);
      const largest = Math.max(...row);
      return Math.exp(value - largest) / row.reduce((total, other) => total + Math.exp(other - largest), 0);
    });
}

/** By its Taylor series, which is exact enough for |x| < 3. */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 80; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** Calls `visit` with every index into that shape, in row-major order. */
function each(shape: readonly number[], visit: (...index: number[]) => void): void {
  const [size, ...rest] = shape;
  if (size === undefined) visit();
  for (let i = 0; i < (size ?? 0); i++) each(rest, (...index) => visit(i, ...index));
}

function build(shape: readonly number[], value: (...index: number[]) => number): Float64Array {
  const out = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  each(shape, (...index) => {
    out[at++] = value(...index);
  });
  return out;
}
