import { expect, it } from 'vitest';
import { firstExample, runFirstExample } from './testing/node/index.js';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toMatchInlineSnapshot(`
    "[ 2, 3 ] 0 3 4 1 2
    GM_FIT images → encoder: expected float32 [28, 28, 1] in [0, 1], received float32 [28, 28, 1] in [-1, 1]. Put rescale([-1, 1], [0, 1]) between them.
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
