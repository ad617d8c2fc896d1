import type { Field, Rows } from '../engine/protocol.js';

/** Colours of classes and players, apart for most eyes, and 3:1 against either ground. */
const PALETTE = [
  '#3f7fe0',
  '#d9541e',
  '#158a7a',
  '#a855d6',
  '#a07700',
  '#d6336c',
  '#4f7d1f',
  '#6b7280',
  '#8d5a3a',
  '#0e8fb3',
];

export const colourOf = (index: number) => PALETTE[index % PALETTE.length]!;

/** The pictures in a grid of so many columns, with a pixel between them; the canvas takes their size. */
export function paintImages(canvas: HTMLCanvasElement, { values, count, shape }: Rows, columns: number, gap = 1): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (width + gap) - gap;
  canvas.height = rows * (height + gap) - gap;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (let index = 0; index < count; index++) {
    for (let at = 0; at < width * height; at++) {
      const from = (index * width * height + at) * channels;
      for (let colour = 0; colour < 3; colour++)
        image.data[4 * at + colour] = 255 * values[from + (channels === 1 ? 0 : colour)]!;
      image.data[4 * at + 3] = 255;
    }
    context.putImageData(image, (index % columns) * (width + gap), Math.floor(index / columns) * (height + gap));
  }
}

/** From data units to pixels of a square canvas. */
const toPixel = (value: number, extent: number, size: number) => ((value + extent) / (2 * extent)) * size;

/** The user's own points, and the place of the keyboard's cursor. */
export function paintPoints(
  canvas: HTMLCanvasElement,
  points: readonly number[],
  extent: number,
  cursor?: readonly [number, number],
): void {
  const context = canvas.getContext('2d')!;
  const { width } = canvas;
  context.clearRect(0, 0, width, width);
  context.fillStyle = colourOf(0);
  for (let at = 0; at < points.length; at += 2)
    dot(context, toPixel(points[at]!, extent, width), toPixel(-points[at + 1]!, extent, width), 2.5);
  if (!cursor) return;
  context.strokeStyle = colourOf(1);
  context.lineWidth = 2;
  context.strokeRect(toPixel(cursor[0], extent, width) - 5, toPixel(-cursor[1], extent, width) - 5, 10, 10);
}

/** Points of a look, by class where they have one. */
export function paintRows(
  canvas: HTMLCanvasElement,
  { values, count, labels }: Rows,
  extent: number,
  colour: string,
  radius = 2,
): void {
  const context = canvas.getContext('2d')!;
  for (let at = 0; at < count; at++) {
    context.fillStyle = labels ? colourOf(labels[at]!) : colour;
    dot(
      context,
      toPixel(values[2 * at]!, extent, canvas.width),
      toPixel(-values[2 * at + 1]!, extent, canvas.width),
      radius,
    );
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** A field over the whole canvas: red, green, blue and opacity (0 to 255) of each value. */
export function paintField(
  canvas: HTMLCanvasElement,
  { values, size }: Field,
  colour: (value: number) => readonly number[],
): void {
  const small = new OffscreenCanvas(size, size);
  const inner = small.getContext('2d')!;
  const image = inner.createImageData(size, size);
  for (const [at, value] of values.entries()) image.data.set(colour(value) as number[], 4 * at);
  inner.putImageData(image, 0, 0);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/** A short line from each point along its gradient, as long as the longest may be. */
export function paintArrows(
  canvas: HTMLCanvasElement,
  points: Rows,
  gradients: Float32Array,
  extent: number,
  colour: string,
): void {
  const context = canvas.getContext('2d')!;
  const lengths = Array.from({ length: points.count }, (_, at) =>
    Math.hypot(gradients[2 * at]!, gradients[2 * at + 1]!),
  );
  const scale = 22 / Math.max(1e-9, ...lengths);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = 0; at < points.count; at += 3) {
    const x = toPixel(points.values[2 * at]!, extent, canvas.width);
    const y = toPixel(-points.values[2 * at + 1]!, extent, canvas.width);
    context.moveTo(x, y);
    context.lineTo(x + scale * gradients[2 * at]!, y - scale * gradients[2 * at + 1]!);
  }
  context.stroke();
}

/** #rrggbb as numbers. */
export function rgbOf(colour: string): readonly [number, number, number] {
  const number = Number.parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
