/** Small data sets made from a seed. */

/** Numbers in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** The strokes of a digit on a seven-segment display: top, upper left, upper right, middle, lower left, lower right, bottom. */
const SEGMENTS = [
  0b1110111, 0b0010010, 0b1011101, 0b1011011, 0b0111010, 0b1101011, 0b1101111, 0b1010010, 0b1111111, 0b1111011,
];
/** Where a stroke starts, and its direction, in a box of 1 × 2 strokes. */
const STROKES = [
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [1, 0, 0, 1],
  [0, 1, 1, 0],
  [0, 1, 0, 1],
  [1, 1, 0, 1],
  [0, 2, 1, 0],
] as const;
const SIDE = 28;

/** Digits of 28 × 28 pixels in [0, 1], two pixels thick, moved and leaning by chance, with noise; and which they are. */
export function digits(count: number, seed: number) {
  const random = uniform(seed);
  const images = new Float32Array(count * SIDE * SIDE);
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * 10));
  for (const [index, label] of labels.entries()) {
    const image = images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
    for (let pixel = 0; pixel < image.length; pixel++) image[pixel] = 0.2 * random();
    const [left, top, lean, length] = [8 + 5 * random(), 3 + 3 * random(), 0.3 * random(), 7 + 2 * random()];
    for (const [stroke, [x, y, dx, dy]] of STROKES.entries()) {
      if (((SEGMENTS[label]! >> (6 - stroke)) & 1) === 0) continue;
      for (let t = 0; t <= length; t += 0.5) {
        const row = top + y * length + dy * t;
        const column = left + x * length + dx * t + lean * (2 * length - row);
        for (const [r, c] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          const place =
            Math.min(SIDE - 1, Math.round(row) + r) * SIDE + Math.min(SIDE - 1, Math.max(0, Math.round(column) + c));
          image[place] = 0.8 + 0.2 * random();
        }
      }
    }
  }
  return { images, labels };
}

/** A corpus of a few hundred characters: rhymes. */
const RHYMES = `twinkle twinkle little star how i wonder what you are up above the world so high like a diamond in the sky
row row row your boat gently down the stream merrily merrily merrily merrily life is but a dream
humpty dumpty sat on a wall humpty dumpty had a great fall all the kings horses and all the kings men
jack and jill went up the hill to fetch a pail of water jack fell down and broke his crown and jill came tumbling after`;
export const alphabet = [...new Set(RHYMES)].sort();

/** Pieces of the corpus as numbers of characters, and for each piece the same moved on by one. */
export function pieces(count: number, length: number, seed: number) {
  const random = uniform(seed);
  const codes = [...RHYMES].map((letter) => alphabet.indexOf(letter));
  const starts = Array.from({ length: count }, () => Math.floor(random() * (codes.length - length - 1)));
  const cut = (by: number) => starts.map((start) => codes.slice(start + by, start + by + length));
  return { inputs: cut(0), targets: cut(1) };
}
