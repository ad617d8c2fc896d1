import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toMatchInlineSnapshot(`
    "VAE [ 4, 28, 28, 1 ] [ 0, 1 ]
    GAN [ 2, 64, 64, 3 ] [ -1, 1 ]
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
