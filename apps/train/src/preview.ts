import type { Images } from './picture.js';

/**
 * A few grey images side by side for a terminal with 256 colours: each character shows two pixels, one above the other,
 * as a half block. Images are halved until one is at most 14 characters wide.
 */
export function preview(images: Images, terminalWidth: number): string {
  const shrink = Math.max(1, Math.ceil(images.width / 14));
  const width = Math.floor(images.width / shrink);
  const height = Math.floor(images.height / shrink);
  const shown = Math.max(1, Math.min(images.count, Math.floor(terminalWidth / (width + 1))));
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let index = 0; index < shown; index++) {
      for (let x = 0; x < width; x++) {
        const upper = shade(images, index, y, x, shrink);
        const lower = y + 1 < height ? shade(images, index, y + 1, x, shrink) : upper;
        line += `\x1b[38;5;${upper}m\x1b[48;5;${lower}m▀`;
      }
      line += '\x1b[0m ';
    }
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

/** One of the 24 greys (232 … 255) of the 256-colour palette, for the mean of a square of pixels. */
function shade(images: Images, index: number, y: number, x: number, shrink: number): number {
  const { height, width, channels, values } = images;
  let sum = 0;
  for (let dy = 0; dy < shrink; dy++) {
    for (let dx = 0; dx < shrink; dx++) {
      sum += values[((index * height + y * shrink + dy) * width + x * shrink + dx) * channels]!;
    }
  }
  return 232 + Math.round(23 * Math.min(1, Math.max(0, sum / shrink ** 2)));
}
