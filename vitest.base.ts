import { defineConfig } from 'vitest/config';

/** How every package is tested; the JSON report is what `tools/run.mjs test` counts. */
export default defineConfig({
  test: {
    include: ['*.test.ts', 'src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
