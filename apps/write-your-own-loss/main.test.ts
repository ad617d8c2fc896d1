import { useBackend } from '@gm/backends';
import { draw, testLoss } from '@gm/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { main, squaredHinge } from './main.js';

beforeAll(() => useBackend('wasm'));

// The contract that the library's own losses pass: values and gradients against float64, second derivatives, no leaks.
testLoss({ describe, it }, 'squaredHinge of the discriminator', squaredHinge.discriminator as never, {
  inputs: [draw([6], { range: [-3, 3] }), draw([6], { seed: 1, range: [-3, 3] })],
  reference: ([real], [generated]) => Math.max(0, 1 - real!) ** 2 + Math.max(0, 1 + generated!) ** 2,
});
testLoss({ describe, it }, 'squaredHinge of the generator', squaredHinge.generator as never, {
  inputs: [draw([6])],
  reference: ([generated]) => -generated!,
});

it('finds most of the eight places', async () => {
  const { squaredHinge: own } = await main({ steps: 2000, say: () => undefined });
  expect(own.places).toBeGreaterThanOrEqual(6);
  expect(own.near).toBeGreaterThan(0.5);
});
