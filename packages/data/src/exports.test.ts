import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as main from './index.js';
import * as node from './node.js';

const names = { main: Object.keys(main).sort(), node: Object.keys(node).sort() };

describe('the package', () => {
  it('exports this and nothing else', () => {
    expect(names).toMatchInlineSnapshot(`
      {
        "main": [
          "alphabetOf",
          "arrayDataset",
          "balanced",
          "batches",
          "binarize",
          "checkerboard",
          "epochOf",
          "grid",
          "idxDataset",
          "idxImages",
          "idxLabels",
          "imageDataset",
          "moons",
          "passages",
          "pinwheel",
          "readIdx",
          "ring",
          "semiSupervised",
          "sequenceDataset",
          "shifted",
          "spirals",
          "split",
          "standardized",
          "subset",
          "swissRoll",
          "take",
          "toy",
          "toyNames",
          "windows",
        ],
        "node": [
          "idxDirectory",
          "idxFiles",
        ],
      }
    `);
  });

  it('lists every export in the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    for (const name of [...names.main, ...names.node]) expect(readme).toContain(`\`${name}\``);
  });
});
