import { firstExample, runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toBe('−ELBO 543.68 nats; each logit is pulled by -0.25\n');
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});
