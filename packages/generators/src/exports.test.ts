import { readFile } from 'node:fs/promises';
import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as generators from './index.js';

const readme = new URL('../README.md', import.meta.url);

it('the package exports these names and no others', () => {
  expect(Object.keys(generators).sort()).toMatchInlineSnapshot(`
    [
      "codedGenerator",
      "convDecoder",
      "dcganGenerator",
      "distributionOf",
      "fromDecoder",
      "mlpDecoder",
      "recurrentDecoder",
      "recurrentGenerator",
      "sampleSymbols",
    ]
  `);
});

it('the README shows every export, types too', async () => {
  expect(await undocumented(readme, generators)).toEqual([]);
  const [index, text] = await Promise.all(
    [new URL('./index.ts', import.meta.url), readme].map((url) => readFile(url, 'utf8')),
  );
  const types = [...index!.matchAll(/\btype (?:\{ )?(\w+)/g)].map(([, name]) => name!);
  expect(types.filter((name) => !text!.includes(`\`${name}\``))).toEqual([]);
});
