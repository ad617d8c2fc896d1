import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  const printed = await runFirstExample(readme);
  expect(printed.replace(/with relaxed SIMD, [1-8] threads?/, 'with …')).toMatchInlineSnapshot(`
    "wasm – asked for; wasm with …
    1.000 0.786
    0.000 -0.727
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
