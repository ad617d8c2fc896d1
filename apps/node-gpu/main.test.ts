import { expect, it } from 'vitest';
import { main } from './main.js';

it('trains on node-gpu where that starts; elsewhere it says what is missing and trains nevertheless', async () => {
  const said: string[] = [];
  const { backend, startable, losses } = await main({
    steps: 25,
    batchSize: 32,
    say: (word: string) => said.push(word),
  });
  if (startable) expect(backend).toBe('node-gpu');
  else expect(said[0]).toMatch(/^node-gpu: .+npm install @tensorflow\/tfjs-node-gpu/);
  expect(said.some((word) => word.startsWith(`${backend}: `))).toBe(true);
  expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
});

it('trains on the backend that is asked for', async () => {
  const { backend, startable, losses } = await main({ wanted: 'wasm', steps: 5, batchSize: 8, say: () => undefined });
  expect([backend, startable]).toEqual(['wasm', true]);
  expect(losses.every(Number.isFinite)).toBe(true);
});
