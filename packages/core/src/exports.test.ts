import { expect, it } from 'vitest';
import * as main from './index.js';
import * as testing from './testing/index.js';
import * as node from './testing/node/index.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "checkChoice",
      "checkFits",
      "checkNumber",
      "checkRange",
      "checkRank",
      "checkSameShape",
      "checkTensor",
      "gmError",
      "isGmError",
      "misfit",
      "philox",
      "rangeRemedy",
      "restored",
      "seeded",
      "showRange",
      "showShape",
      "showSpec",
      "sizeOf",
      "spec",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "draw",
      "drawExamples",
      "expectClose",
      "expectError",
      "expectGradient",
      "expectNoLeak",
      "expectParameterGradients",
      "expectSame",
      "expectSecondGradient",
      "numericalGradient",
      "tensorOf",
      "testDiscriminator",
      "testEncoder",
      "testGenerator",
      "testLoss",
      "testNetwork",
      "testPosterior",
      "testPrior",
      "testTrainer",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "firstExample",
      "runFirstExample",
      "undocumented",
    ]
  `);
});

it('the README shows every export', async () => {
  expect(await node.undocumented(new URL('../README.md', import.meta.url), main, testing, node)).toEqual([]);
});
