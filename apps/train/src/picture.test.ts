import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { gridPng, pairsPng } from './picture.js';

const images = (...greys: number[]) => ({
  values: Float32Array.from(greys),
  count: greys.length,
  height: 1,
  width: 1,
  channels: 1,
});

/** The grey of image `index` of a grid of 1 × 1 images with scale 1 and gap 1. */
function greyAt(png: Uint8Array, row: number, column: number): number {
  const { data, width } = decode(png);
  return data[(1 + 2 * row) * width + 1 + 2 * column]!;
}

describe('gridPng', () => {
  it('puts images row by row, clipped to what a pixel can show', () => {
    const png = gridPng(images(0, 1, 0.5, -3, 7), { columns: 2, scale: 1, gap: 1 });
    expect([0, 1, 2, 3, 4].map((index) => greyAt(png, Math.floor(index / 2), index % 2))).toEqual([
      0, 255, 128, 0, 255,
    ]);
  });

  it('draws every pixel as a square', () => {
    expect(decode(gridPng(images(1), { columns: 1, scale: 4, gap: 0 })).data).toEqual(new Uint8Array(16).fill(255));
  });

  it('keeps colours', () => {
    const red = { values: Float32Array.of(1, 0, 0), count: 1, height: 1, width: 1, channels: 3 };
    expect(decode(gridPng(red, { columns: 1, scale: 1, gap: 0 }))).toMatchObject({ channels: 3 });
  });
});

describe('pairsPng', () => {
  it('puts each row of one set above its row of the other', () => {
    const png = pairsPng(images(0.2, 0.4, 0.6), images(0.2, 0.4, 0.6), { columns: 2, scale: 1, gap: 1 });
    expect([0, 1].map((row) => greyAt(png, row, 0))).toEqual([51, 51]);
    expect([2, 3].map((row) => greyAt(png, row, 0))).toEqual([153, 153]);
    expect(greyAt(png, 3, 1)).toBe(0);
  });
});
