import { defineConfig } from 'tsup';

/**
 * ESM for `node`: the command line, and the program with which it tries a backend in a process of its own. Every dependency stays
 * outside, so that it is resolved (and licensed) as its own package.
 */
export default defineConfig({
  entry: ['src/main.ts', 'src/probe.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  clean: true,
  banner: { js: '#!/usr/bin/env node' },
});
