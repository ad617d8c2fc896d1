import { fc } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { draw, expectClose, expectError, expectNoLeak, expectSame, tensorOf } from '@gm/core/testing';
import { fill, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { interpolate, lerp, slerp } from './interpolate.js';

const norm = (row: ArrayLike<number>) => Math.hypot(...Array.from(row));

/** Shoemake's formula in float64, for rows that are neither parallel nor opposite. */
function shoemake(a: readonly number[], b: readonly number[], t: number): number[] {
  const cosine = a.reduce((total, v, at) => total + v * b[at]!, 0) / (norm(a) * norm(b));
  const angle = Math.acos(cosine);
  return a.map((v, at) => (Math.sin((1 - t) * angle) * v + Math.sin(t * angle) * b[at]!) / Math.sin(angle));
}

describe.each(['cpu', 'wasm'] as const)('ways through latent space on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('lerp is at a and at b exactly, and in the middle half way', async () => {
    const [a, b] = [tensorOf(draw([3, 4])), tensorOf(draw([3, 4], { seed: 1 }))];
    await expectSame(lerp(a, b, 0), a);
    await expectSame(lerp(a, b, 1), b);
    await expectClose(lerp(tensor1d([0, 4]), tensor1d([2, -4]), 0.25), [0.5, 2]);
  });

  it('slerp turns evenly: 45° half way between perpendicular rows', async () => {
    const [a, b] = [
      tensor2d([
        [1, 0],
        [0, 2],
      ]),
      tensor2d([
        [0, 1],
        [2, 0],
      ]),
    ];
    await expectClose(slerp(a, b, 0.5), [Math.SQRT1_2, Math.SQRT1_2, Math.SQRT2, Math.SQRT2]);
    await expectClose(slerp(a, b, 1 / 3), [Math.cos(Math.PI / 6), 0.5, 1, 2 * Math.cos(Math.PI / 6)]);
  });

  it('slerp is Shoemake’s formula for rows of one length', async () => {
    const [a, b] = [
      [2, -1, 2],
      [1, 2, -2],
    ];
    for (const t of [0, 0.2, 0.7, 1, 1.3]) await expectClose(slerp(tensor2d([a]), tensor2d([b]), t), shoemake(a, b, t));
  });

  it('slerp starts at a, ends at b, keeps the length between theirs and never gives NaN', async () => {
    const row = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 });
    const pairs = fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pairs, fc.double({ min: 0, max: 1, noNaN: true }), async (rows, t) => {
        const [a, b] = [tensor2d(rows.map(([first]) => first)), tensor2d(rows.map(([, second]) => second))];
        await expectClose(slerp(a, b, 0), a, 1e-5, { floor: 1 });
        await expectClose(slerp(a, b, 1), b, 1e-5, { floor: 1 });
        const between = await slerp(a, b, t).data();
        for (const [index, [first, second]] of rows.entries()) {
          const length = (1 - t) * norm(first) + t * norm(second);
          expect(Math.abs(norm(between.slice(3 * index, 3 * index + 3)) - length)).toBeLessThan(1e-4);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('slerp goes around the origin between opposite rows, exact or nearly so', async () => {
    for (const error of [0, 1e-8, 1e-6, 1e-5, 1e-3]) {
      const [a, b] = [tensor2d([[3, 0.1, 0]]), tensor2d([[-3, -0.1, error]])];
      for (const t of [0.1, 0.25, 0.5, 0.9]) {
        expect(norm(await slerp(a, b, t).data())).toBeCloseTo(Math.hypot(3, 0.1), 4);
      }
      await expectClose(slerp(a, b, 1), b, 1e-5);
    }
  });

  it('slerp is lerp between parallel rows, and takes a zero row along', async () => {
    const a = tensor2d([
      [1, 2],
      [0, 0],
      [3, 4],
      [0, 0],
    ]);
    const b = tensor2d([
      [3, 6],
      [3, 4],
      [0, 0],
      [0, 0],
    ]);
    await expectClose(slerp(a, b, 0.25), lerp(a, b, 0.25));
    await expectClose(slerp(a, b, 0.25), [1.5, 3, 0.75, 1, 2.25, 3, 0, 0]);
  });

  it('slerp treats each row alone, of any shape', async () => {
    const [a, b] = [tensorOf(draw([3, 2, 2])), tensorOf(draw([3, 2, 2], { seed: 1 }))];
    const together = await slerp(a, b, 0.3).data();
    const [firstA, firstB] = [Array.from(await a.data()).slice(0, 4), Array.from(await b.data()).slice(0, 4)];
    await expectClose(slerp(tensor2d([firstA]), tensor2d([firstB]), 0.3), together.slice(0, 4));
  });

  it('interpolate gives film strips, pair after pair, both ends included', async () => {
    const [a, b] = [
      tensor2d([
        [0, 0],
        [1, 1],
      ]),
      tensor2d([
        [1, 1],
        [3, 3],
      ]),
    ];
    await expectClose(interpolate(a, b, 3, lerp), [0, 0, 0.5, 0.5, 1, 1, 1, 1, 2, 2, 3, 3]);
    expect(interpolate(zeros([2, 4, 5]), fill([2, 4, 5], 1), 7).shape).toEqual([14, 4, 5]);
    const strip = await interpolate(tensor2d([[1, 0]]), tensor2d([[0, 1]]), 3).data();
    await expectClose(strip, [1, 0, Math.SQRT1_2, Math.SQRT1_2, 0, 1]);
  });

  it('leave no tensor behind', async () => {
    const [a, b] = [tensorOf(draw([3, 4])), tensorOf(draw([3, 4], { seed: 1 }))];
    await expectNoLeak(() => lerp(a, b, 0.5));
    await expectNoLeak(() => slerp(a, b, 0.5));
    await expectNoLeak(() => interpolate(a, b, 4));
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are codes of two spaces, or without a batch axis', async () => {
    const [a, b, code] = [zeros([2, 3]), zeros([2, 4]), zeros([3])];
    await expectNoLeak(async () => {
      await expectError(() => lerp(a, b, 0.5), 'GM_SHAPE', 'lerp', 'a [2, 3] and b [2, 4]', 'one latent space');
      await expectError(() => slerp(a, b, 0.5), 'GM_SHAPE', 'slerp', 'a [2, 3] and b [2, 4]');
      await expectError(() => interpolate(a, b, 5), 'GM_SHAPE', 'interpolate');
      await expectError(() => slerp(code, code, 0.5), 'GM_SHAPE', '[batch, …latent]', 'Add a batch axis');
    });
  });

  it('are places and counts that are none', async () => {
    const a = zeros([2, 3]);
    await expectError(() => lerp(a, a, Number.NaN), 'GM_OPTION', 'lerp: expected t', 'NaN');
    await expectError(() => slerp(a, a, Infinity), 'GM_OPTION', 'slerp: expected t', 'Infinity');
    await expectError(() => interpolate(a, a, 1), 'GM_OPTION', 'steps', 'of at least 2', 'received 1');
  });
});
