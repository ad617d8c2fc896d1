import { runFirstExample } from '@gm/core/testing/node';
import { expect, it } from 'vitest';

it('the example of the README runs and reports its losses', async () => {
  const printed = await runFirstExample(new URL('../README.md', import.meta.url));
  for (const name of ['loss', 'reconstruction', 'divergence', 'gradientNorm']) {
    expect(printed.match(new RegExp(`'autoencoder/${name}': \\d`, 'g'))).toHaveLength(2);
  }
});
