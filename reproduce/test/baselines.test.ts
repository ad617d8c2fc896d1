import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { windows } from '@gm/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { autoregressive, chosen, crpsOf, cut, seasonalNaive } from '../src/baselines.js';
import { hourlyFlights, noisySines, splitInTime } from '../src/series.js';

beforeAll(() => useBackend('wasm'));

describe('windows for baselines', () => {
  it('are those that the network sees', () => {
    const series = [3, 1, 4, 1, 5, 9, 2, 6];
    const { past, next } = cut(series, { past: 3, horizon: 2 });
    const { x, targets } = windows(series, { past: 3, horizon: 2, batchSize: 4 }).at(0);
    expect(past.to1DArray()).toEqual([...x.dataSync()]);
    expect(next.to1DArray()).toEqual([...targets.dataSync()]);
  });
});

describe('a seasonal-naive forecast', () => {
  it('repeats the last season, beyond its end too', () => {
    const training = cut([1, 2, 3, 4, 5, 6, 7], { past: 4, horizon: 3 });
    expect(seasonalNaive(training, 2).mean(training.past).to2DArray()).toEqual([[3, 4, 3]]);
  });

  it('has the spread and the CRPS that they have by hand', () => {
    // Each value is 1 above the one before it, so a season of 1 misses by 1 and then by 2; σ is as much, and z = 1.
    const ramp = cut([0, 1, 2, 3, 4, 5], { past: 2, horizon: 2 });
    const naive = seasonalNaive(ramp, 1);
    expect(naive.scale).toEqual([1, 2]);
    // 2 Φ(1) − 1 + 2 φ(1) − 1/√π = 0.682689 + 0.483941 − 0.564190 = 0.602441, times (1 + 2) / 2.
    expect(crpsOf(naive, ramp)).toBeCloseTo(1.5 * 0.602441, 5);
  });
});

describe('a linear autoregression', () => {
  const series = [0, 0];
  for (const e of seeded(1).normals(40_000)) series.push(0.6 * series.at(-1)! - 0.3 * series.at(-2)! + e + 1);
  const training = cut(series, { past: 6, horizon: 2 });

  it('finds the coefficients, the constant and the spread of the process it was drawn from', () => {
    const { mean, scale } = autoregressive(training, { order: 2 });
    const at = (before: number, last: number) =>
      mean(cut([0, 0, 0, 0, before, last, 0, 0], { past: 6, horizon: 2 }).past);
    const constant = at(0, 0);
    expect(constant.get(0, 0)).toBeCloseTo(1, 1);
    expect(at(0, 1).get(0, 0) - constant.get(0, 0)).toBeCloseTo(0.6, 1);
    expect(at(1, 0).get(0, 0) - constant.get(0, 0)).toBeCloseTo(-0.3, 1);
    // Two steps on: 0.6² − 0.3 = 0.06 and 0.6 · −0.3 = −0.18; σ = 1, then √(1 + 0.6²).
    expect(at(0, 1).get(0, 1) - constant.get(0, 1)).toBeCloseTo(0.06, 1);
    expect(at(1, 0).get(0, 1) - constant.get(0, 1)).toBeCloseTo(-0.18, 1);
    expect(scale[0]).toBeCloseTo(1, 1);
    expect(scale[1]).toBeCloseTo(Math.sqrt(1.36), 1);
  });

  it('is the mean of the training windows under a heavy ridge', () => {
    const { mean } = autoregressive(training, { order: 2, ridge: 1e9 });
    const predicted = mean(training.past);
    expect(predicted.get(0, 0)).toBeCloseTo(training.next.getColumnVector(0).mean(), 5);
  });

  it('is chosen by its CRPS on validation windows', () => {
    const { setting } = chosen([1e9, 0], (ridge) => autoregressive(training, { order: 2, ridge }), training);
    expect(setting).toBe(0);
  });
});

describe('the series', () => {
  it('are split in time, each part with what is seen before its first prediction', () => {
    const series = {
      ...noisySines(seeded(1), 10),
      values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      past: 2,
      validation: 6,
      test: 8,
    };
    expect(splitInTime(series)).toEqual({ training: [0, 1, 2, 3, 4, 5], validation: [4, 5, 6, 7], test: [6, 7, 8, 9] });
  });

  it('repeat themselves under one seed', () => {
    expect(noisySines(seeded(1), 50).values).toEqual(noisySines(seeded(1), 50).values);
  });

  it('count every flight once', () => {
    const { values } = hourlyFlights();
    expect(values.length).toBe(2160);
    expect(values.reduce((sum, count) => sum + count, 0)).toBe(20_000);
  });
});
