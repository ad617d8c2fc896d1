import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { createLogger, build as vite } from 'vite';

const page = fileURLToPath(new URL('./page', import.meta.url));

/** The page by Vite, minified, with tfjs's files as assets: as the README of this package shows. @returns its warnings */
export async function byVite(folder: string, root = page): Promise<string[]> {
  const warnings: string[] = [];
  const customLogger = createLogger('warn');
  customLogger.warn = (text) => void warnings.push(text);
  await vite({
    root,
    configFile: false,
    customLogger,
    resolve: { alias: { 'wasm-paths': join(page, 'wasmPaths.vite.js') } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      chunkSizeWarningLimit: 2000,
      // A busy machine is none of our warnings.
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
  });
  return warnings;
}

/** The same page by esbuild, with tfjs's files in a folder beside it. @returns its warnings */
export async function byEsbuild(folder: string): Promise<string[]> {
  const { warnings } = await esbuild({
    entryPoints: [join(page, 'main.ts'), join(page, 'worker.ts')],
    outdir: folder,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
    // What tfjs's own wasm module asks for when it runs in Node.
    external: ['fs', 'path', 'perf_hooks', 'os', 'util', 'crypto', 'worker_threads', 'string_decoder'],
    plugins: [
      {
        name: 'wasm-paths',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^wasm-paths$/ }, ({ path }) => ({ path, namespace: path }));
          onLoad({ filter: /.*/, namespace: 'wasm-paths' }, () => ({ contents: "export const wasmPaths = '/wasm/';" }));
        },
      },
    ],
  });
  const dist = join(
    dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
    'dist',
  );
  mkdirSync(join(folder, 'wasm'));
  for (const variant of ['', '-simd', '-threaded-simd']) {
    const file = `tfjs-backend-wasm${variant}.wasm`;
    copyFileSync(join(dist, file), join(folder, 'wasm', file));
  }
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  return warnings.map(({ text }) => text);
}
