import { expect, it } from 'vitest';
import * as main from './index.js';
import * as testing from './testing/index.js';
import * as node from './testing/node/index.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "attachDevice",
      "checkChoice",
      "checkFits",
      "checkNumber",
      "checkRange",
      "checkRank",
      "checkSameShape",
      "checkTensor",
      "deviceInUse",
      "deviceOf",
      "gmError",
      "isGmError",
      "misfit",
      "philox",
      "randomBitsKernel",
      "randomNormalKernel",
      "randomUniformKernel",
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

it('the README shows every export, types too', async () => {
  const indexes = ['./index.ts', './testing/index.ts', './testing/node/index.ts'];
  const urls = indexes.map((index) => new URL(index, import.meta.url));
  expect(await node.undocumented(new URL('../README.md', import.meta.url), main, ...urls)).toEqual([]);
});

it('undocumented names what is missing, from a module and from an index', async () => {
  const missing = await node.undocumented(
    new URL('../LICENSE', import.meta.url),
    node,
    new URL('./testing/node/index.ts', import.meta.url),
  );
  expect(missing).toEqual([...Object.keys(node), 'firstExample', 'runFirstExample', 'undocumented']);
});
