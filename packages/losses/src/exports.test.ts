import { readFile } from 'node:fs/promises';
import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as losses from './index.js';

const readme = new URL('../README.md', import.meta.url);

it('the package exports these names and no others', () => {
  expect(Object.keys(losses).sort()).toMatchInlineSnapshot(`
    [
      "absoluteError",
      "bernoulli",
      "bernoulliLogProb",
      "checkLabels",
      "diagonalGaussianLogProb",
      "dragan",
      "elbo",
      "featureMatching",
      "featureReconstruction",
      "freeBits",
      "gaussianHead",
      "gaussianKl",
      "gaussianKlBetween",
      "gaussianKlPerDimension",
      "gaussianLikelihood",
      "gaussianLogProb",
      "gradientPenalty",
      "hinge",
      "importanceWeightedBound",
      "leastSquares",
      "minimax",
      "monteCarloKl",
      "nonSaturating",
      "quantileHead",
      "r1",
      "r2",
      "realLogit",
      "relativistic",
      "sigmoidCrossEntropy",
      "softmaxCrossEntropy",
      "squaredError",
      "wasserstein",
    ]
  `);
});

it('the README shows every export, types too', async () => {
  expect(await undocumented(readme, losses)).toEqual([]);
  const [index, text] = await Promise.all(
    [new URL('./index.ts', import.meta.url), readme].map((url) => readFile(url, 'utf8')),
  );
  const types = [...index!.matchAll(/\btype (\w+)/g)].map(([, name]) => name!);
  expect(types.filter((name) => !text!.includes(`\`${name}\``))).toEqual([]);
});
