/** Six ways to spoil an image [height, width] in [0, 1], each worse the larger its severity, 0 … 1. */
type Corruption = (image: Float32Array, size: number, severity: number, random: () => number) => Float32Array;

export const corruptions: Readonly<Record<string, Corruption>> = {
  /** Gaussian-like noise: the sum of three uniforms, clipped to the range. */
  noise: (image, _, severity, random) =>
    image.map((value) => clip(value + severity * (random() + random() + random() - 1.5))),

  blur(image, size, severity) {
    const sigma = 0.3 + 2.5 * severity;
    const reach = Math.ceil(3 * sigma);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma ** 2)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const along = (source: Float32Array, dx: number, dy: number) =>
      everywhere(size, (x, y) =>
        weights.reduce((sum, weight, at) => {
          const [i, j] = [x + (at - reach) * dx, y + (at - reach) * dy];
          return sum + (weight / total) * pixel(source, size, i, j);
        }, 0),
      );
    return along(along(image, 1, 0), 0, 1);
  },

  /** A black square somewhere. */
  blackout(image, size, severity, random) {
    const side = Math.round(severity * 0.8 * size);
    const [left, top] = [random(), random()].map((u) => Math.floor(u * (size - side + 1))) as [number, number];
    return everywhere(size, (x, y) =>
      x >= left && x < left + side && y >= top && y < top + side ? 0 : pixel(image, size, x, y),
    );
  },

  /** Turned around the middle, the more the nearer to it. */
  swirl(image, size, severity) {
    const middle = (size - 1) / 2;
    return everywhere(size, (x, y) => {
      const [dx, dy] = [x - middle, y - middle];
      const turn = 5 * severity * Math.exp(-Math.hypot(dx, dy) / (size / 3));
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      return between(image, size, middle + cos * dx - sin * dy, middle + sin * dx + cos * dy);
    });
  },

  /** Square tiles of their mean. */
  pixelise(image, size, severity) {
    const side = 1 + Math.round(severity * 7);
    return everywhere(size, (x, y) => {
      const [left, top] = [x - (x % side), y - (y % side)];
      let [sum, count] = [0, 0];
      for (let i = left; i < Math.min(size, left + side); i++) {
        for (let j = top; j < Math.min(size, top + side); j++) {
          sum += pixel(image, size, i, j);
          count += 1;
        }
      }
      return sum / count;
    });
  },

  /** The middle, enlarged to the whole. */
  crop(image, size, severity) {
    const middle = (size - 1) / 2;
    const scale = 1 - 0.7 * severity;
    return everywhere(size, (x, y) =>
      between(image, size, middle + scale * (x - middle), middle + scale * (y - middle)),
    );
  },
};

function everywhere(size: number, value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, at) => value(at % size, Math.floor(at / size)));
}

function pixel(image: Float32Array, size: number, x: number, y: number): number {
  return x < 0 || y < 0 || x >= size || y >= size ? 0 : image[y * size + x]!;
}

/** Bilinear. */
function between(image: Float32Array, size: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const row = (j: number) => (1 - u) * pixel(image, size, left, j) + u * pixel(image, size, left + 1, j);
  return (1 - v) * row(top) + v * row(top + 1);
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
