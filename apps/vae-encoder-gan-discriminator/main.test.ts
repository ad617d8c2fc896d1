import { expect, it } from 'vitest';
import { main } from './main.js';

it('learns to give test digits back, with six tenths of the error of a pixel at most', async () => {
  const said: unknown[] = [];
  const { before, after } = await main({ steps: 300, say: (...words) => said.push(...words) });
  expect(after).toBeLessThan(0.6 * before);
  expect(String(said.at(-1)).split('\n')).toHaveLength(14);
});
