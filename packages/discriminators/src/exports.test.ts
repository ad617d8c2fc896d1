import { readFile } from 'node:fs/promises';
import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as discriminators from './index.js';

const readme = new URL('../README.md', import.meta.url);

it('the package exports these names and no others', () => {
  expect(Object.keys(discriminators).sort()).toMatchInlineSnapshot(`
    [
      "convClassifier",
      "dcganDiscriminator",
      "discriminator",
      "features",
      "mlpClassifier",
      "mlpDiscriminator",
      "patchDiscriminator",
      "predict",
      "predictInterval",
      "recurrentClassifier",
      "recurrentDiscriminator",
      "recurrentPredictor",
      "resnetClassifier",
      "resnetDiscriminator",
      "withHead",
    ]
  `);
});

it('the README shows every export, types too', async () => {
  expect(await undocumented(readme, discriminators)).toEqual([]);
  const [index, text] = await Promise.all(
    [new URL('./index.ts', import.meta.url), readme].map((url) => readFile(url, 'utf8')),
  );
  const types = [...index!.matchAll(/\btype (?:\{ )?(\w+)/g)].map(([, name]) => name!);
  expect(types.filter((name) => !text!.includes(`\`${name}\``))).toEqual([]);
});
