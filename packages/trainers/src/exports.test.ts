import { undocumented } from '@gm/core/testing/node';
import { expect, it } from 'vitest';
import * as main from './index.js';
import * as node from './node.js';

it('the package exports these names and no others', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "adam",
      "adamW",
      "adversarialAutoencoder",
      "auxiliaryClassifierGan",
      "averagesOf",
      "classifier",
      "clipped",
      "continueAs",
      "cosine",
      "decodeCheckpoint",
      "descend",
      "encodeCheckpoint",
      "gan",
      "iwae",
      "languageModel",
      "linear",
      "lsgan",
      "readMetrics",
      "regressor",
      "restoreCheckpoint",
      "rmsprop",
      "semiSupervisedGan",
      "sequenceVae",
      "sgd",
      "train",
      "trainer",
      "vae",
      "vaeGan",
      "vqVae",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "loadCheckpoint",
      "saveCheckpoint",
    ]
  `);
});

it('the README shows every export', async () => {
  expect(await undocumented(new URL('../README.md', import.meta.url), main, node)).toEqual([]);
});
