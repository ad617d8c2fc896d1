/** The parts of the networks here once more, in float64, written for nothing but to be obviously right. */

/** A batch as a flat array in row-major order; images are [batch, height, width, channels]. */
interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** y of a part from x and its parameters by local name. */
export type Part = (x: Values, parameters: Readonly<Record<string, Float64Array>>) => Values;

/** One part after the other; parameters are called `<part>/<name>`. */
export function chain(...parts: readonly Part[]): Part {
  return (x, parameters) => parts.reduce((h, part, index) => part(h, within(`${index}/`, parameters)), x);
}

/** Every example in that shape. */
export function reshape(...shape: number[]): Part {
  return (x) => ({ shape: [x.shape[0]!, ...shape], data: x.data });
}

export const relu = pointwise((x) => Math.max(0, x));

export const sigmoid = pointwise((x) => 1 / (1 + Math.exp(-x)));

export const tanh = pointwise(Math.tanh);

/** y[b, u] = bias[u] + Σ x[b, f] kernel[f, u] */
export const dense: Part = ({ shape: [batch, features], data }, { kernel, bias }) => {
  const units = kernel!.length / features!;
  return build([batch!, units], ([b, u]) => {
    let total = bias?.[u!] ?? 0;
    for (let f = 0; f < features!; f++) total += data[b! * features! + f]! * kernel![f * units + u!]!;
    return total;
  });
};

/** Every pixel paints a square kernel, two pixels apart, onto an image with twice the sides; what falls outside is cut off. */
export function doublingConv2dTranspose(size: number): Part {
  return ({ shape: [batch, height, width, channels], data }, { kernel, bias }) => {
    const filters = kernel!.length / (size * size * channels!);
    const [rows, columns] = [2 * height!, 2 * width!];
    const before = Math.floor((size - 2) / 2);
    const y = build([batch!, rows, columns, filters], ([, , , o]) => bias?.[o!] ?? 0);
    each([batch!, height!, width!, channels!, size, size, filters], ([b, i, j, c, u, v, o]) => {
      const [row, column] = [i! * 2 + u! - before, j! * 2 + v! - before];
      if (row < 0 || row >= rows || column < 0 || column >= columns) return;
      const pixel = data[((b! * height! + i!) * width! + j!) * channels! + c!]!;
      const weight = kernel![((u! * size + v!) * filters + o!) * channels! + c!]!;
      y.data[((b! * rows + row) * columns + column) * filters + o!]! += pixel * weight;
    });
    return y;
  };
}

/** Training mode: each channel by the mean and variance of the batch. */
export const batchNorm: Part = ({ shape, data }, { scale, offset }) => {
  const channels = scale!.length;
  const statistics = Array.from(scale!, (_, c) => moments(data.filter((_, at) => at % channels === c)));
  const normalised = data.map((value, at) => {
    const { mean, variance } = statistics[at % channels]!;
    return (scale![at % channels]! * (value - mean)) / Math.sqrt(variance + 1e-5) + offset![at % channels]!;
  });
  return { shape, data: normalised };
};

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

function pointwise(f: (x: number) => number): Part {
  return ({ shape, data }) => ({ shape, data: data.map(f) });
}

function within(prefix: string, parameters: Readonly<Record<string, Float64Array>>): Record<string, Float64Array> {
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values]));
}

function build(shape: readonly number[], value: (index: readonly number[]) => number): Values {
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  each(shape, (index) => {
    data[at++] = value(index);
  });
  return { shape, data };
}

/** Calls `visit` with every index into that shape, in row-major order. */
function each(shape: readonly number[], visit: (index: readonly number[]) => void): void {
  const [size, ...rest] = shape;
  if (size === undefined) visit([]);
  for (let i = 0; i < (size ?? 0); i++) each(rest, (index) => visit([i, ...index]));
}
