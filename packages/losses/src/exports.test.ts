import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as losses from './index.js';

const names = Object.keys(losses).sort();

describe('the package', () => {
  it('exports this and nothing else', () => {
    expect(names).toMatchInlineSnapshot(`
      [
        "absoluteError",
        "bernoulli",
        "bernoulliLogProb",
        "checkLabels",
        "diagonalGaussianLogProb",
        "elbo",
        "featureMatching",
        "featureReconstruction",
        "freeBits",
        "gaussianKl",
        "gaussianKlBetween",
        "gaussianKlPerDimension",
        "gaussianLikelihood",
        "gaussianLogProb",
        "leastSquares",
        "minimax",
        "monteCarloKl",
        "nonSaturating",
        "sigmoidCrossEntropy",
        "softmaxCrossEntropy",
        "squaredError",
      ]
    `);
  });

  it('lists every export in the README', async () => {
    const [readme, index] = await Promise.all(
      ['../README.md', './index.ts'].map((path) => readFile(new URL(path, import.meta.url), 'utf8')),
    );
    const types = [...index!.matchAll(/type (\w+)/g)].map(([, name]) => name!);
    for (const name of [...names, ...types]) expect(readme).toContain(`\`${name}\``);
  });
});
