import { encode } from 'fast-png';

/** Images as plain numbers in [0, 1], [height, width, channels] each, one after the other. */
export interface Images {
  readonly values: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface GridOptions {
  readonly columns: number;
  /** Every pixel becomes a square of that side. */
  readonly scale?: number;
  readonly gap?: number;
}

const PAPER = 40; // the grey between the images

/**
 * The PNG file of a grid of images, row by row.
 *
 * @param images  grey (1 channel) or colour (3 channels); numbers outside [0, 1] are clipped
 */
export function gridPng(images: Images, { columns, scale = 2, gap = 2 }: GridOptions): Uint8Array {
  const { count, height, width } = images;
  const channels = images.channels === 3 ? 3 : 1;
  const rows = Math.ceil(count / columns);
  const sheetWidth = columns * (width * scale + gap) + gap;
  const sheetHeight = rows * (height * scale + gap) + gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(PAPER);
  for (let index = 0; index < count; index++) {
    const top = gap + Math.floor(index / columns) * (height * scale + gap);
    const left = gap + (index % columns) * (width * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = pixelIndex(images, index, Math.floor(y / scale), Math.floor(x / scale));
        const to = ((top + y) * sheetWidth + left + x) * channels;
        for (let channel = 0; channel < channels; channel++)
          data[to + channel] = toByte(images.values[from + channel]!);
      }
    }
  }
  return encode({ width: sheetWidth, height: sheetHeight, data, channels, depth: 8 });
}

/** Each row of one set above its row of the other: inputs over reconstructions. A last row that is not full ends in black. */
export function pairsPng(above: Images, below: Images, { columns, ...options }: GridOptions): Uint8Array {
  const rowSize = columns * above.height * above.width * above.channels;
  const rows = Math.ceil(above.count / columns);
  const values = new Float32Array(2 * rows * rowSize);
  for (let row = 0; row < rows; row++) {
    values.set(above.values.subarray(row * rowSize, (row + 1) * rowSize), 2 * row * rowSize);
    values.set(below.values.subarray(row * rowSize, (row + 1) * rowSize), (2 * row + 1) * rowSize);
  }
  return gridPng({ ...above, values, count: 2 * rows * columns }, { columns, ...options });
}

function pixelIndex({ height, width, channels }: Images, index: number, y: number, x: number): number {
  return ((index * height + y) * width + x) * channels;
}

function toByte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
