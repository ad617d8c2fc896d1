import { describe, expect, it } from 'vitest';
import type { Composition } from '../composition/composition.js';
import { defaultsFor, PRESETS } from '../composition/presets.js';
import { COLUMNS, flowOf } from './flow.js';
import { HEIGHT, left, routeOf, top, WIDTH } from './route.js';

const roles = ['encoder', 'generator', 'decoder', 'discriminator', 'classifier'];
const part = (role: string) => ({ role, input: '[1]', output: '[2]', parameters: 3, player: role });
const started = { backend: 'wasm', reason: '', example: [28, 28, 1], latent: 2, step: 0, parts: roles.map(part) };

/** What each loss is computed from. */
const NEEDED: Readonly<Record<Composition['system'], readonly (readonly [from: string, to: string])[]>> = {
  vae: [
    ['data', 'encoder'],
    ['encoder', 'latent'],
    ['latent', 'decoder'],
    ['decoder', 'fit'],
    ['data', 'fit'],
    ['encoder', 'divergence'],
    ['prior', 'divergence'],
  ],
  gan: [
    ['prior', 'generator'],
    ['generator', 'discriminator'],
    ['data', 'discriminator'],
    ['discriminator', 'loss'],
  ],
  'vae-gan': [
    ['data', 'encoder'],
    ['encoder', 'generator'],
    ['prior', 'generator'],
    ['encoder', 'divergence'],
    ['prior', 'divergence'],
    ['generator', 'discriminator'],
    ['data', 'discriminator'],
    ['discriminator', 'features'],
    ['discriminator', 'loss'],
  ],
  'adversarial-autoencoder': [
    ['data', 'encoder'],
    ['encoder', 'decoder'],
    ['decoder', 'fit'],
    ['data', 'fit'],
    ['encoder', 'discriminator'],
    ['prior', 'discriminator'],
    ['discriminator', 'loss'],
  ],
  classifier: [
    ['data', 'classifier'],
    ['classifier', 'classes'],
    ['data', 'classes'],
  ],
  'semi-supervised': [
    ['prior', 'generator'],
    ['generator', 'discriminator'],
    ['data', 'discriminator'],
    ['discriminator', 'features'],
    ['discriminator', 'loss'],
    ['discriminator', 'classes'],
    ['data', 'classes'],
  ],
  'language-model': [
    ['data', 'generator'],
    ['generator', 'next'],
    ['data', 'next'],
  ],
};

const systems = Object.keys(NEEDED) as Composition['system'][];

describe.each([
  ...systems.map((system) => ({ name: system as string, composition: defaultsFor(system, 'digits') })),
  ...PRESETS.map((preset) => ({ name: `the preset ${preset.name}`, composition: preset.composition })),
])('the diagram of $name', ({ composition }) => {
  const { boxes, arrows } = flowOf(composition, started);

  it('has the arrows that its losses need', () => {
    const drawn = arrows.map(({ from, to }) => `${from} → ${to}`);
    for (const [from, to] of NEEDED[composition.system]) expect(drawn).toContain(`${from} → ${to}`);
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('shows every part once, and arrows between boxes that are there', () => {
    const ids = boxes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { from, to } of arrows) expect(ids).toEqual(expect.arrayContaining([from, to]));
    for (const id of ids)
      expect(
        arrows.some(({ from, to }) => from === id || to === id),
        id,
      ).toBe(true);
    expect(new Set(boxes.map(({ column, row }) => `${column} ${row}`)).size).toBe(boxes.length);
    expect(boxes.some((box) => box.part !== undefined)).toBe(true);
    expect(Math.max(...boxes.map(({ column }) => column))).toBeLessThan(COLUMNS);
  });

  it('draws no arrow through a box, and a head at the end of each', () => {
    for (const arrow of arrows) {
      const [from, to] = [arrow.from, arrow.to].map((end) => boxes.find(({ id }) => id === end)!);
      const { line, head } = routeOf(from!, to!, arrow);
      for (const [x, y] of placesOn(line))
        for (const box of boxes) {
          const inside = x > left(box) && x < left(box) + WIDTH && y > top(box) && y < top(box) + HEIGHT;
          expect(inside, `${arrow.from} → ${arrow.to} in ${box.id}`).toBe(false);
        }
      // Its tip is on the border of the box that it goes to.
      const [tipX, tipY] = placesOf(head)[1]!;
      const across = tipX === left(to!) || tipX === left(to!) + WIDTH;
      const along = tipY === top(to!) || tipY === top(to!) + HEIGHT;
      expect(across || along, `${arrow.from} → ${arrow.to}`).toBe(true);
    }
  });
});

it('says of the penalty of a critic that there is one', () => {
  const { arrows } = flowOf({ ...defaultsFor('gan', 'moons'), penalty: 'r1' }, started);
  expect(arrows).toContainEqual({ from: 'discriminator', to: 'penalty' });
});

it('says of a trained prior what it draws, and how many parameters that takes', () => {
  const parts = [...started.parts, { ...part('prior'), input: '[20]', output: '[5]', parameters: 100 }];
  const { boxes } = flowOf({ ...defaultsFor('vae', 'digits'), prior: 'mixture' }, { ...started, parts });
  const prior = boxes.find(({ id }) => id === 'prior')!;
  expect([prior.title, prior.shape, prior.part?.parameters]).toEqual(['z: trained mixture', 'z [2]', 100]);
});

/** The points that a path names. */
function placesOf(path: string): readonly (readonly [number, number])[] {
  const numbers = [...path.matchAll(/-?[\d.]+/g)].map(([text]) => Number(text));
  return Array.from({ length: numbers.length / 2 }, (_, at) => [numbers[2 * at]!, numbers[2 * at + 1]!]);
}

/** Many places along those points; a curve keeps within them. */
function placesOn(path: string): readonly (readonly [number, number])[] {
  const ends = placesOf(path);
  return ends.slice(1).flatMap(([x2, y2], at) => {
    const [x1, y1] = ends[at]!;
    return Array.from(
      { length: 50 },
      (_, step) => [x1 + ((x2 - x1) * step) / 50, y1 + ((y2 - y1) * step) / 50] as const,
    );
  });
}
