import { describe, expect, it } from 'vitest';
import { preview } from './preview.js';

const image = { values: Float32Array.of(0, 1, 1, 0), count: 1, height: 2, width: 2, channels: 1 };

describe('preview', () => {
  it('shows two rows of pixels as one line of half blocks', () => {
    const [left, right] = ['\x1b[38;5;232m\x1b[48;5;255m▀', '\x1b[38;5;255m\x1b[48;5;232m▀'];
    expect(preview(image, 80)).toBe(`${left}${right}\x1b[0m \n`);
  });

  it('shows as many images as fit', () => {
    const three = { ...image, values: new Float32Array(12), count: 3 };
    expect(preview(three, 7).split('▀')).toHaveLength(1 + 2 * 2);
  });

  it('averages pixels of images that are too wide', () => {
    const wide = { values: new Float32Array(28 * 28).fill(1), count: 1, height: 28, width: 28, channels: 1 };
    const lines = preview(wide, 80).trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]!.match(/38;5;255m/g)).toHaveLength(14);
  });
});
