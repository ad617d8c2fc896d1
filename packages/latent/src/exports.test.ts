import { readFile } from 'node:fs/promises';
import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as latent from './index.js';

const readme = new URL('../README.md', import.meta.url);

it('the package exports these names and no others', () => {
  expect(Object.keys(latent).sort()).toMatchInlineSnapshot(`
    [
      "categorical",
      "categoricalEncoder",
      "codebook",
      "convEncoder",
      "fitGaussianMixture",
      "gaussian",
      "gaussianEncoder",
      "gaussianMixture",
      "interpolate",
      "lerp",
      "mlpEncoder",
      "recurrentEncoder",
      "reparameterize",
      "slerp",
      "splitGaussian",
      "standardNormal",
      "trainedMixture",
      "traversal",
      "uniform",
      "uniformCategorical",
      "vampPrior",
    ]
  `);
});

it('the README shows every export, types too', async () => {
  expect(await undocumented(readme, latent)).toEqual([]);
  const [index, text] = await Promise.all(
    [new URL('./index.ts', import.meta.url), readme].map((url) => readFile(url, 'utf8')),
  );
  const types = [...index!.matchAll(/\btype (\w+)/g)].map(([, name]) => name!);
  expect(types.filter((name) => !text!.includes(`\`${name}\``))).toEqual([]);
});
