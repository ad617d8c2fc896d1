import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toMatchInlineSnapshot(`
    "[ 10 ] 15770 0/kernel 0/bias 3/kernel 3/bias
    [ 5, 10 ]
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
