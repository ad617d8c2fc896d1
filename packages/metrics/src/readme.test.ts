import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  // Softmax of (2, 1), (0, 3) and (1, 2): 0.731, 0.953 and 0.731; two of three are right.
  expect(await runFirstExample(readme)).toBe('0.667 0.333 0.805\n0.637 nats of 0.693\n');
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
