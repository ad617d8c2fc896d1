import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { restored, type SeededRandom, seeded } from './index.js';
import { expectError, expectNoLeak, expectSame } from './testing/index.js';

const seeds = [0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53 - 1, '', 'a', 'b', '0', '1', 'abcdefgh', 'abcdefgha'];
const anySeed = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.string());
const wordsOf = (random: SeededRandom, count = 8) => Array.from(random.words(count));

describe('seeds', () => {
  it('give streams that differ, numbers from strings that look like them too', () => {
    const streams = seeds.map((seed) => wordsOf(seeded(seed)).join(' '));
    expect(new Set(streams).size).toBe(seeds.length);
  });

  // Frozen at the first release: a saved run has to find its numbers again.
  it('give the numbers that they have always given', () => {
    expect(wordsOf(seeded(0), 4)).toEqual([637109690, 4147242560, 840676558, 1385060117]);
    expect(wordsOf(seeded('a'), 2)).toEqual([1350611358, 216442924]);
    expect(seeded(7).split('latent').state).toEqual({ key: [2846470745, 3191958285], counter: 0 });
  });

  it('make no difference between 0 and -0', () => {
    expect(wordsOf(seeded(-0))).toEqual(wordsOf(seeded(0)));
    expect(wordsOf(seeded(1).split(-0))).toEqual(wordsOf(seeded(1).split(0)));
  });

  it.each([NaN, Infinity, -Infinity])('are not %s, nor are labels', async (bad) => {
    await expectError(() => seeded(bad), 'GM_OPTION', 'seeded: expected seed to be a finite number', `received ${bad}`);
    await expectError(() => seeded(1).split(bad), 'GM_OPTION', 'split: expected label to be a finite number');
  });
});

describe('streams', () => {
  test.prop([anySeed])('repeat themselves', (seed) => {
    expect(wordsOf(seeded(seed))).toEqual(wordsOf(seeded(seed)));
  });

  test.prop([anySeed, fc.array(fc.nat(30))])('go on exactly where a saved state stood', (seed, counts) => {
    const random = seeded(seed);
    for (const count of counts) random.normals(count);
    const saved = JSON.parse(JSON.stringify(random.state)) as typeof random.state;
    expect(wordsOf(restored(saved), 20)).toEqual(wordsOf(random, 20));
  });

  test.prop([anySeed, anySeed, fc.nat(30)])('split the same at any point, without moving', (seed, label, count) => {
    const [fresh, used] = [seeded(seed), seeded(seed)];
    used.words(count);
    const { state } = used;
    expect(wordsOf(used.split(label))).toEqual(wordsOf(fresh.split(label)));
    expect(used.state).toEqual(state);
  });

  it('split into streams that differ from one another, from their parent and from the seed of that name', () => {
    const random = seeded(1);
    const streams = [random, seeded('a'), ...seeds.map((label) => random.split(label)), random.split('a').split('a')];
    expect(new Set(streams.map((stream) => wordsOf(stream).join(' '))).size).toBe(streams.length);
  });

  it('split by many labels without one correlating with the next', () => {
    const first = Array.from({ length: 4000 }, (_, label) => seeded(1).split(label).uniforms(1)[0]! - 0.5);
    const correlation = first.slice(1).reduce((total, u, index) => total + u * first[index]!, 0) / (4000 / 12);
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(4000));
  });

  it('cross the limit of 32 bits in the counter without a repetition', () => {
    const { key } = seeded(1).state;
    const before = wordsOf(restored({ key, counter: 2 ** 32 - 1 }), 8);
    expect(before.slice(4)).toEqual(wordsOf(restored({ key, counter: 2 ** 32 }), 4));
    expect(before.slice(4)).not.toEqual(wordsOf(restored({ key, counter: 0 }), 4));
  });

  it.each([
    [{ key: [1], counter: 0 }],
    [{ key: [1, 2 ** 32], counter: 0 }],
    [{ key: [1, 0.5], counter: 0 }],
    [{ key: [1, 2], counter: -1 }],
    [{ key: [1, 2], counter: 2 ** 53 }],
    [{ counter: 0 }],
    [{}],
  ])('are not restored from %j', async (state) => {
    await expectError(() => restored(state as never), 'GM_OPTION', 'two 32-bit key words and a counter');
  });

  it.each([-1, 0.5, NaN])('refuse to draw %s numbers', async (count) => {
    const random = seeded(1);
    for (const draw of [random.words, random.normals, random.uniforms, random.permutation]) {
      await expectError(() => draw(count), 'GM_OPTION', 'count to be a whole number of at least 0');
    }
  });

  it('draw nothing when asked for nothing', () => {
    const random = seeded(1);
    expect(
      [random.words(0), random.normals(0), random.uniforms(0), random.permutation(0)].map((a) => a.length),
    ).toEqual([0, 0, 0, 0]);
  });
});

describe('permutations', () => {
  test.prop([anySeed, fc.nat(500)])('hold every number once', (seed, count) => {
    const sorted = seeded(seed).permutation(count).sort();
    expect(Array.from(sorted)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('are all equally likely', () => {
    const random = seeded(5);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw++) {
      const order = random.permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // χ² with 23 degrees of freedom: above 49.7 in one of a thousand.
    expect([...counts.values()].reduce((total, n) => total + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(49.7);
  });
});

describe('distributions', () => {
  const n = 100_000;

  it('uniforms fill [0, 1) evenly', () => {
    const values = seeded('uniform').uniforms(n);
    expect(Math.min(...values.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const bins = new Float64Array(100);
    for (const value of values) bins[Math.floor(value * 100)]! += 1;
    // χ² with 99 degrees of freedom: above 148.2 in one of a thousand.
    expect(bins.reduce((total, count) => total + (count - n / 100) ** 2 / (n / 100), 0)).toBeLessThan(148.2);
    expect(distance(values, (u) => u)).toBeLessThan(1.95 / Math.sqrt(n));
  });

  it('normals have the moments and the distribution of N(0, 1)', () => {
    const values = seeded('normal').normals(n);
    const moment = (power: number) => values.reduce((total, value) => total + value ** power, 0) / n;
    // Five standard errors: √(var/n) of x, x², x³, x⁴ with variances 1, 2, 15, 96.
    const expected = [0, 1, 0, 3];
    for (const [index, variance] of [1, 2, 15, 96].entries()) {
      expect(Math.abs(moment(index + 1) - expected[index]!)).toBeLessThan(5 * Math.sqrt(variance / n));
    }
    expect(distance(values, cumulativeNormal)).toBeLessThan(1.95 / Math.sqrt(n));
  });

  it('both numbers of a pair of normals are independent', () => {
    const values = seeded('pairs').normals(n);
    let product = 0;
    for (let index = 0; index < n; index += 2) product += values[index]! * values[index + 1]!;
    expect(Math.abs(product) / (n / 2)).toBeLessThan(5 / Math.sqrt(n / 2));
  });
});

/** Kolmogorov–Smirnov: the largest gap between the empirical and the true distribution; above 1.95/√n in one of a thousand. */
function distance(values: Float32Array, cumulative: (x: number) => number): number {
  const sorted = values.slice().sort();
  return sorted.reduce((worst, value, index) => {
    const p = cumulative(value);
    return Math.max(worst, (index + 1) / sorted.length - p, p - index / sorted.length);
  }, 0);
}

/** Abramowitz & Stegun 26.2.17, to 7.5e-8. */
function cumulativeNormal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429].reduceRight(
    (sum, b) => (sum + b) * t,
    0,
  );
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return x >= 0 ? 1 - upper : upper;
}

describe.each(backends)('tensors drawn on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('hold the bits of the plain numbers, so that all backends have the same', async () => {
    await expectSame(seeded(3).normal([5, 3]), seeded(3).normals(15));
    await expectSame(seeded(3).uniform([5, 3]), seeded(3).uniforms(15));
    expect(seeded(3).normal([]).shape).toEqual([]);
    expect(seeded(3).uniform([2, 3]).dtype).toBe('float32');
  });

  it('belong to the caller alone', async () => {
    await expectNoLeak(() => seeded(3).normal([5, 3]));
    await expectNoLeak(() => seeded(3).uniform([5, 3]));
  });
});
