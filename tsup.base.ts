import { defineConfig, type Options } from 'tsup';

/** How every package is built: ESM and CommonJS with types, tfjs and the other packages left outside. */
export const library = (overrides: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    target: 'es2022',
    // tsup sets baseUrl for its declaration build, which TypeScript 6 reports as deprecated.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    clean: true,
    treeshake: true,
    ...overrides,
  });
