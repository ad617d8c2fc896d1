import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectNoLeak } from '@gm/core/testing';
import { fill, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { binarize } from './transform.js';

describe.each(['cpu', 'wasm'] as const)('binarize on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('never changes black and white', async () => {
    const x = tensor([0, 1, 0, 1], [2, 2]);
    for (let draw = 0; draw < 100; draw++) {
      expect([...(await binarize.apply(x, seeded(draw)).data())]).toEqual([0, 1, 0, 1]);
    }
  });

  it('makes ones as often as the grey value says', async () => {
    for (const grey of [1 / 255, 0.25, 0.5, 0.9]) {
      const bits = Float32Array.from(await binarize.apply(fill([100, 1000], grey), seeded('bits')).data());
      const share = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
      expect(bits.every((bit) => bit === 0 || bit === 1)).toBe(true);
      expect(Math.abs(share - grey)).toBeLessThan(4.5 * Math.sqrt((grey * (1 - grey)) / bits.length));
    }
  });

  it('borrows x and gives one tensor', async () => {
    const x = fill([2, 3], 0.5);
    await expectNoLeak(() => binarize.apply(x, seeded(1)));
    expect(x.isDisposed).toBe(false);
  });
});

describe('what binarize takes', () => {
  it('is any part of [0, 1], and becomes [0, 1]', () => {
    expect(binarize.example(spec([4], [0.25, 0.75]))).toEqual(spec([4], [0, 1]));
  });

  it('is nothing else', () => {
    for (const range of [[-1, 1], [0, 2], 'logits', 'unbounded'] as const) {
      expect(() => binarize.example(spec([4], range))).toThrow(expect.objectContaining({ code: 'GM_RANGE' }));
    }
    expect(() => binarize.example(spec([4], [-1, 1]))).toThrow(
      'binarize: expected examples in [0, 1], which are probabilities, received [-1, 1]. Read the images with range: [0, 1].',
    );
  });
});
