import { useBackend } from '@gm/backends';
import { type SeededRandom, seeded } from '@gm/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { grid, ring } from './gaussians.js';
import type { ToyOptions } from './points.js';
import { checkerboard, moons, pinwheel, spirals, swissRoll } from './shapes.js';
import { toy, toyNames } from './toy.js';

beforeAll(() => useBackend('cpu'));

const COUNT = 20_000;
const options = () => ({ count: COUNT, random: seeded('toys') });

interface Place {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}

async function placesOf(dataset: Dataset): Promise<Place[]> {
  const values = await dataset.at(Array.from({ length: dataset.count }, (_, index) => index)).x.data();
  return Array.from({ length: dataset.count }, (_, index) => ({
    x: values[2 * index]!,
    y: values[2 * index + 1]!,
    label: dataset.labels?.[index] ?? 0,
  }));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Largest distance of a share from 1/parts, in standard deviations. */
function imbalance(places: readonly Place[], parts: number): number {
  const counts = new Array<number>(parts).fill(0);
  for (const { label } of places) counts[label]! += 1;
  const deviation = Math.sqrt((places.length * (parts - 1)) / parts ** 2);
  return Math.max(...counts.map((count) => Math.abs(count - places.length / parts) / deviation));
}

describe('every toy', () => {
  it.each(toyNames)('%s: points of the plane, the same under one seed, others under another', async (name) => {
    const make = (random: SeededRandom) => toy(name, { count: 50, random });
    expect(make(seeded(1))).toMatchObject({ count: 50, example: { shape: [2], dtype: 'float32', range: 'unbounded' } });
    expect(await placesOf(make(seeded(1)))).toEqual(await placesOf(make(seeded(1))));
    expect(await placesOf(make(seeded(1)))).not.toEqual(await placesOf(make(seeded(2))));
  });

  it.each([
    ['ring', 8],
    ['grid', 25],
    ['moons', 2],
    ['checkerboard', 8],
    ['pinwheel', 5],
    ['spirals', 2],
  ] as const)('%s: %i equally likely parts', async (name, parts) => {
    const dataset = toy(name, options());
    expect(dataset.classes).toBe(parts);
    expect(imbalance(await placesOf(dataset), parts)).toBeLessThan(4.5);
  });

  it('has a count of at least 1', () => {
    expect(() => toy('moons', { count: 0, random: seeded(1) })).toThrow(
      'moons: expected count to be a whole number of at least 1',
    );
  });

  it('has a name that is known', () => {
    expect(() => toy('rings', options())).toThrow(
      "toy: expected name to be one of ring, grid, moons, swissRoll, checkerboard, pinwheel, spirals, received 'rings'. Choose one of them.",
    );
  });
});

describe('ring', () => {
  it('has Gaussians of that σ at those places', async () => {
    const places = await placesOf(ring(options()));
    const offsets = places.flatMap(({ x, y, label }) => {
      const angle = (2 * Math.PI * label) / 8;
      return [x - 2 * Math.cos(angle), y - 2 * Math.sin(angle)];
    });
    expect(Math.abs(mean(offsets))).toBeLessThan(0.001);
    expect(Math.sqrt(mean(offsets.map((offset) => offset ** 2)))).toBeCloseTo(0.02, 3);
  });

  it('refuses numbers out of bounds', () => {
    expect(() => ring({ ...options(), modes: 0 })).toThrow(
      'ring: expected modes to be a whole number of at least 1, received 0.',
    );
    expect(() => ring({ ...options(), scale: -1 })).toThrow('ring: expected scale');
    expect(() => ring({ ...options(), radius: Number.NaN })).toThrow('ring: expected radius');
  });
});

describe('grid', () => {
  it('has Gaussians of that σ at those places', async () => {
    const places = await placesOf(grid(options()));
    const offsets = places.flatMap(({ x, y, label }) => [
      x - (-4 + 2 * (label % 5)),
      y - (-4 + 2 * Math.floor(label / 5)),
    ]);
    expect(Math.abs(mean(offsets))).toBeLessThan(0.002);
    expect(Math.sqrt(mean(offsets.map((offset) => offset ** 2)))).toBeCloseTo(0.05, 3);
  });

  it('refuses numbers out of bounds', () => {
    expect(() => grid({ ...options(), side: 1.5 })).toThrow('grid: expected side');
    expect(() => grid({ ...options(), spacing: -1 })).toThrow('grid: expected spacing');
    expect(() => grid({ ...options(), scale: -1 })).toThrow('grid: expected scale');
  });
});

describe('shapes without noise', () => {
  const quiet = () => ({ ...options(), count: 2000, noise: 0 });

  it('moons lie on two half circles of radius 2', async () => {
    for (const { x, y, label } of await placesOf(moons(quiet()))) {
      const [centreX, centreY] = label === 0 ? [-1, -0.2] : [1, 0.8];
      expect(Math.hypot(x - centreX, y - centreY)).toBeCloseTo(2, 5);
      expect(label === 0 ? y >= -0.2 : y <= 0.8).toBe(true);
    }
  });

  it('the swiss roll is a spiral whose radius is the angle over 5, and has no labels', async () => {
    const roll = swissRoll(quiet());
    expect([roll.labels, roll.classes]).toEqual([undefined, undefined]);
    for (const { x, y } of await placesOf(roll)) {
      const turns = (5 * Math.hypot(x, y) - Math.atan2(y, x)) / (2 * Math.PI);
      expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-5);
      expect(5 * Math.hypot(x, y)).toBeGreaterThan(1.5 * Math.PI - 1e-4);
      expect(5 * Math.hypot(x, y)).toBeLessThan(4.5 * Math.PI + 1e-4);
    }
  });

  it('the checkerboard fills every other square', async () => {
    for (const { x, y } of await placesOf(checkerboard(options()))) {
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(4);
      expect(Math.abs(Math.floor(x / 2) + Math.floor(y / 2)) % 2).toBe(0);
    }
  });

  it('the arms of a pinwheel without width are one curve, turned', async () => {
    const straight = { ...options(), count: 500, radialScale: 0, tangentialScale: 0 };
    for (const { x, y, label } of await placesOf(pinwheel(straight))) {
      const angle = (2 * Math.PI * label) / 5 + 0.25 * Math.E;
      expect([x, y]).toEqual([expect.closeTo(2 * Math.cos(angle), 5), expect.closeTo(-2 * Math.sin(angle), 5)]);
    }
  });

  it('the two spirals are each other turned by half a turn, within a radius of 3π/3 and the jitter', async () => {
    const places = await placesOf(spirals(quiet()));
    for (const { x, y, label } of places) {
      const sign = label === 0 ? 1 : -1;
      const [u, v] = [3 * sign * x, 3 * sign * y];
      // Some angle t has −t cos t ≤ u < −t cos t + ½ and t sin t ≤ v < t sin t + ½.
      const angles = Array.from({ length: 4000 }, (_, index) => (index / 4000) * 3 * Math.PI);
      const near = (value: number, start: number) => value > start - 0.01 && value < start + 0.51;
      expect(angles.some((t) => near(u, -t * Math.cos(t)) && near(v, t * Math.sin(t)))).toBe(true);
    }
  });

  it('noise is added on top', async () => {
    const [loud, calm] = [await placesOf(moons(options())), await placesOf(moons({ ...options(), noise: 0 }))];
    const squares = loud.map(({ x, y }, index) => (x - calm[index]!.x) ** 2 + (y - calm[index]!.y) ** 2);
    expect(Math.sqrt(mean(squares) / 2)).toBeCloseTo(0.2, 2);
  });

  it.each([
    ['moons', moons],
    ['swissRoll', swissRoll],
    ['spirals', spirals],
  ] as const)('%s refuses negative noise', (name, make: (options: ToyOptions & { noise: number }) => Dataset) => {
    expect(() => make({ ...options(), noise: -1 })).toThrow(
      `${name}: expected noise to be a finite number of at least 0, received -1.`,
    );
  });

  it('the pinwheel refuses numbers out of bounds', () => {
    expect(() => pinwheel({ ...options(), arms: 0 })).toThrow('pinwheel: expected arms');
    expect(() => pinwheel({ ...options(), radialScale: -1 })).toThrow('pinwheel: expected radialScale');
    expect(() => pinwheel({ ...options(), tangentialScale: -1 })).toThrow('pinwheel: expected tangentialScale');
    expect(() => pinwheel({ ...options(), rate: Infinity })).toThrow('pinwheel: expected rate');
  });
});
