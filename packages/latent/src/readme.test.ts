import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toMatchInlineSnapshot(`
    "codes [ 2, 20 ] log q [ 2 ] log p [ 2 ]
    a walk from an image to a draw of the prior [ 8, 20 ]
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
