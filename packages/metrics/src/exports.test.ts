import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as main from './index.js';

const names = Object.keys(main).sort();

describe('the package', () => {
  it('exports this and nothing else', () => {
    expect(names).toMatchInlineSnapshot(`
      [
        "accuracy",
        "activeUnits",
        "bitsPerSymbol",
        "calibration",
        "checkComparable",
        "classBalance",
        "confidence",
        "confusionMatrix",
        "correct",
        "difference",
        "drawn",
        "elboParts",
        "evaluate",
        "featuresOf",
        "fld",
        "frechetDistance",
        "gaussianCrps",
        "iwaeBound",
        "lenet",
        "lenetParts",
        "likelihoodBound",
        "manifoldMeasures",
        "measured",
        "quantileCrps",
        "sampleCrps",
        "topProbability",
      ]
    `);
  });

  it('lists every export in the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    for (const name of names) expect(readme).toContain(`\`${name}\``);
  });
});
