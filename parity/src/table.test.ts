import { expect, it } from 'vitest';
import type { Report } from './report.js';
import { tableOf } from './table.js';

const reports: Report[] = [
  {
    engine: 'wasm',
    device: 'a processor',
    steps: 100,
    seconds: 12.3,
    rows: [
      { group: 'layers', cases: 45, errors: { forward: 2.04e-7, gradient: 0 } },
      { group: 'recipes', cases: 12, errors: { trained: 3e-5 } },
    ],
    misses: [],
  },
  {
    engine: 'chromium',
    device: 'SwiftShader',
    steps: 10,
    seconds: 100,
    rows: [{ group: 'layers', cases: 45, errors: { forward: 3e-7, gradient: 1e-6 } }],
    misses: [],
  },
  { engine: 'node', missing: 'it is not installed', rows: [], misses: [] },
];

it('shows the worst error of each group, and says what is missing', () => {
  expect(tableOf(reports)).toMatchInlineSnapshot(`
    "                                  cases  bound  wasm  WebGPU in Chromium
    layers: forward                      45   1e-5  2e-7                3e-7
    layers: gradients                    45   1e-4     0                1e-6
    recipes: weights after 100 steps     12   1e-3  3e-5                   –

    The largest error of each group, beside what cpu (plain JavaScript) gives.
    wasm: a processor, 12 s
    WebGPU in Chromium: SwiftShader, recipes for 10 steps, 100 s
    TensorFlow: it is not installed"
  `);
});

it('as Markdown', () => {
  expect(tableOf(reports, { markdown: true }).split('\n').slice(0, 3)).toMatchInlineSnapshot(`
    [
      "|  | cases | bound | wasm | WebGPU in Chromium |",
      "| --- | --: | --: | --: | --: |",
      "| layers: forward | 45 | 1e-5 | 2e-7 | 3e-7 |",
    ]
  `);
});
