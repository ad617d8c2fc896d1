import { defineConfig } from 'tsup';

/** One ESM file for `node`; every dependency stays outside, so that it is resolved (and licensed) as its own package. */
export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  clean: true,
  banner: { js: '#!/usr/bin/env node' },
});
