import { expect, it } from 'vitest';
import { PRESETS } from '../composition/presets.js';
import { flowOf } from './flow.js';

const started = { backend: 'wasm', reason: '', example: [28, 28, 1], step: 0 };

it.each(PRESETS)('$name shows every part once, and arrows between boxes that are there', ({ composition }) => {
  const roles = ['encoder', 'generator', 'decoder', 'discriminator', 'classifier'];
  const parts = roles.map((role) => ({ role, input: '[1]', output: '[2]', parameters: 3, player: role }));
  const { boxes, arrows } = flowOf(composition, { ...started, parts });
  const ids = boxes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('data');
  for (const end of arrows.flat()) expect(ids).toContain(end);
  expect(new Set(boxes.map(({ column, row }) => `${column} ${row}`)).size).toBe(boxes.length);
  expect(boxes.some(({ part }) => part !== undefined)).toBe(true);
});
