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

/** A body and a head on top, whose single logit has no axis of its own. */
export function discriminator(body: Part, head: Part): Part {
  return (x, parameters) => {
    const { shape, data } = head(body(x, within('body/', parameters)), within('head/', parameters));
    return { shape: shape[1] === 1 ? shape.slice(0, 1) : shape, data };
  };
}

export const flatten: Part = ({ shape, data }) => ({ shape: [shape[0]!, data.length / shape[0]!], data });

export const relu = pointwise((x) => Math.max(0, x));

export const leakyRelu = pointwise((x) => (x > 0 ? x : 0.2 * x));

/** y[b, u] = bias[u] + Σ x[b, f] kernel[f, u] */
export const dense: Part = ({ shape: [batch, features], data }, { kernel, bias }) => {
  const units = kernel!.length / features!;
  return build([batch!, units], ([b, u]) => {
    let total = bias?.[u!] ?? 0;
    for (let f = 0; f < features!; f++) total += data[b! * features! + f]! * kernel![f * units + u!]!;
    return total;
  });
};

/** Parts side by side, whose results are added up; parameters are called `<part>/<name>`, counted over all branches. */
export function parallel(...branches: readonly (readonly Part[])[]): Part {
  return (x, parameters) => {
    let index = 0;
    const results = branches.map((parts) => parts.reduce((h, part) => part(h, within(`${index++}/`, parameters)), x));
    const [{ shape }] = results as [Values];
    return { shape, data: results[0]!.data.map((_, at) => results.reduce((total, { data }) => total + data[at]!, 0)) };
  };
}

/** The mean of each channel of images. */
export const globalAverage: Part = ({ shape: [batch, height, width, channels], data }) => {
  const places = height! * width!;
  return build([batch!, channels!], ([b, c]) => {
    let total = 0;
    for (let place = 0; place < places; place++) total += data[(b! * places + place) * channels! + c!]!;
    return total / places;
  });
};

/** A square kernel with stride 2 over an image with as many zeros around it as halve its sides; the odd row of zeros goes behind. */
export const halvingConv2d = (size: number) => conv2d(size, 2);

/** A square kernel over an image with as many zeros around it as leave its sides, over the stride and rounded up. */
export function conv2d(size: number, stride: number): Part {
  return ({ shape: [batch, height, width, channels], data }, { kernel, bias }) => {
    const filters = kernel!.length / (size * size * channels!);
    const [rows, columns] = [Math.ceil(height! / stride), Math.ceil(width! / stride)];
    const before = (small: number, large: number) => Math.floor(Math.max(0, (small - 1) * stride + size - large) / 2);
    const [above, left] = [before(rows, height!), before(columns, width!)];
    return build([batch!, rows, columns, filters], ([b, i, j, o]) => {
      let total = bias?.[o!] ?? 0;
      for (let u = 0; u < size; u++) {
        for (let v = 0; v < size; v++) {
          const [row, column] = [i! * stride + u - above, j! * stride + v - left];
          if (row < 0 || row >= height! || column < 0 || column >= width!) continue;
          for (let c = 0; c < channels!; c++) {
            const pixel = data[((b! * height! + row) * width! + column) * channels! + c]!;
            total += pixel * kernel![((u * size + v) * channels! + c) * filters + o!]!;
          }
        }
      }
      return total;
    });
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
