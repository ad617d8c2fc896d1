import { expect, it } from 'vitest';
import { main } from './main.js';

it('classifies better as a discriminator than by four labels alone, on average over two draws of them', async () => {
  const found = await main({ steps: 2000, seeds: [1, 2], say: () => undefined });
  const mean = (which: 'alone' | 'discriminator') => found.reduce((total, one) => total + one[which], 0) / found.length;
  expect(mean('alone')).toBeGreaterThan(0.6);
  expect(mean('discriminator')).toBeGreaterThan(mean('alone') + 0.05);
  expect(mean('discriminator')).toBeGreaterThan(0.85);
});
