import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as main from './index.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "backendNames",
      "describeBackend",
      "describeBackends",
      "notDifferentiable",
      "onceDifferentiable",
      "registerGradients",
      "registerWasmKernels",
      "useBackend",
    ]
  `);
});

it('the README names every export, types too', async () => {
  const readme = new URL('../README.md', import.meta.url);
  expect(await undocumented(readme, new URL('./index.ts', import.meta.url))).toEqual([]);
});
