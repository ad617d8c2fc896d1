import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { dispose } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { standardized, windows } from './windows.js';

const series = Array.from({ length: 20 }, (_, index) => index);

describe('windows', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are what is seen and what comes after it, in the order of time without a stream', async () => {
    const source = windows(series, { past: 3, horizon: 2, batchSize: 4 });
    expect(source.example).toEqual(spec([3, 1]));
    expect([source.targets, source.batchesPerEpoch]).toEqual([[2], 4]);
    const { x, targets } = source.at(1);
    expect(await x.array()).toEqual([4, 5, 6, 7].map((start) => [[start], [start + 1], [start + 2]]));
    expect(await targets.array()).toEqual([4, 5, 6, 7].map((start) => [start + 3, start + 4]));
  });

  it('come in a new order in every epoch, a function of the step', async () => {
    const source = windows(series, { past: 3, horizon: 2, batchSize: 8, random: seeded(1) });
    const first = async (step: number) => [...(await source.at(step).x.data())];
    expect(await first(0)).toEqual(await first(0));
    expect(await first(0)).not.toEqual(await first(2));
    const seen = new Set([...(await first(0)), ...(await first(1))].filter((_, at) => at % 3 === 0));
    expect(seen.size).toBe(16);
    await expectNoLeak(() => void dispose(source.at(3) as never));
  });

  it('may have several channels', async () => {
    const { x, targets } = windows(series, { past: 2, horizon: 1, channels: 2, batchSize: 1 }).at(0);
    expect(await x.array()).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
    ]);
    expect(await targets.array()).toEqual([[[4, 5]]]);
  });

  it('are refused for sizes that are none, a short series, and what is missing in it', async () => {
    const options = { past: 3, horizon: 2, batchSize: 4 };
    for (const name of ['past', 'horizon', 'batchSize', 'channels']) {
      await expectError(() => windows(series, { ...options, [name]: 0 }), 'GM_OPTION', name);
    }
    await expectError(() => windows(series.slice(0, 7), options), 'GM_OPTION', 'at least 8 steps', '7');
    await expectError(() => windows([], options), 'GM_OPTION', 'received 0');
    await expectError(() => windows([0, Number.NaN, 1], options), 'GM_NOT_FINITE', 'NaN at 1');
  });
});

describe('standardized', () => {
  it('has mean 0 and variance 1, and is undone by its mean and scale', () => {
    const { values, mean, scale } = standardized([1, 3, 5, 7]);
    expect([mean, scale]).toEqual([4, Math.sqrt(5)]);
    expect([...values].map((value) => value * scale + mean)).toEqual(
      [1, 3, 5, 7].map((value) => expect.closeTo(value, 5)),
    );
    expect(standardized([4], { mean, scale }).values[0]).toBe(0);
  });

  it('refuses what has no spread, or is not finite', async () => {
    await expectError(() => standardized([2, 2]), 'GM_OPTION', 'scale');
    await expectError(() => standardized([]), 'GM_OPTION', 'scale');
    await expectError(() => standardized([1, Number.POSITIVE_INFINITY]), 'GM_NOT_FINITE', 'Infinity at 1');
  });
});
