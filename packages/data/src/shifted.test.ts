import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectNoLeak } from '@gm/core/testing';
import { range, reshape } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { shifted } from './shifted.js';

describe.each(['cpu', 'wasm'] as const)('shifted on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('moves each image by whole pixels, and fills what comes in', async () => {
    const [count, height, width] = [200, 3, 4];
    const x = reshape(range(1, 1 + count * height * width), [count, height, width, 1]);
    const y = await shifted({ pixels: 1, fill: -7 }).apply(x, seeded(1)).array();
    const moves = new Map<string, number>();
    for (const [index, image] of (y as number[][][][]).entries()) {
      const at = (i: number, j: number) =>
        i < 0 || j < 0 || i >= height || j >= width ? -7 : 1 + (index * height + i) * width + j;
      const found = [-1, 0, 1]
        .flatMap((u) => [-1, 0, 1].map((v) => [u, v] as const))
        .filter(([u, v]) => image.every((row, i) => row.every(([pixel], j) => pixel === at(i + u, j + v))));
      expect(found).toHaveLength(1);
      moves.set(`${found[0]}`, (moves.get(`${found[0]}`) ?? 0) + 1);
    }
    // 200 draws of nine: each is seen, none more than twice as often as it should be.
    expect(moves.size).toBe(9);
    expect(Math.max(...moves.values())).toBeLessThan(45);
  });

  it('leaves images as they are when they may not move', async () => {
    const x = reshape(range(0, 12), [2, 2, 3, 1]);
    expect([...(await shifted({ pixels: 0 }).apply(x, seeded(1)).data())]).toEqual([...(await x.data())]);
  });

  it('draws the same for one seed, borrows x and leaks nothing', async () => {
    const x = reshape(range(0, 40), [10, 2, 2, 1]);
    const draw = () => shifted().apply(x, seeded(3));
    expect([...(await draw().data())]).toEqual([...(await draw().data())]);
    await expectNoLeak(draw);
    expect(x.isDisposed).toBe(false);
  });
});

describe('what shifted takes', () => {
  it('are images, which keep their spec', () => {
    const images = spec([1, 1, 1], [-1, 1]);
    expect(shifted({ fill: -1 }).example(images)).toEqual(images);
    expect(shifted().example(spec([1, 1, 1], [0, 1]))).toEqual(spec([1, 1, 1], [0, 1]));
    expect(() => shifted().example(images)).toThrow(
      'shifted: expected fill, for images that do not begin at 0, received none, and images in [-1, 1]. Say what is dark: ',
    );
  });

  it('is nothing else', () => {
    expect(() => shifted().example(spec([2]))).toThrow(
      'shifted: expected images [height, width, channels], received [2]. Leave it out, or reshape the examples to images.',
    );
    for (const pixels of [-1, 0.5, Number.NaN]) {
      expect(() => shifted({ pixels })).toThrow(expect.objectContaining({ code: 'GM_OPTION' }));
    }
    expect(() => shifted({ fill: Number.POSITIVE_INFINITY })).toThrow(expect.objectContaining({ code: 'GM_OPTION' }));
  });
});
