import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import { jasmine, type Spec } from './jasmine.js';

const dist = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')), 'dist');

/** Of what tfjs-core tests, what computes: operations, gradients, optimizers. */
const tested = ['ops', 'optimizers', 'gradients_test.js'];

/** The test files that tfjs-core ships of these, relative to its folder; before them, what makes operations methods of tensors. */
function testFiles(): string[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  const chosen = files.filter((file) => file.endsWith('_test.js') && tested.some((place) => file.startsWith(place)));
  return ['public/chained_ops/register_all_chained_ops.js', ...chosen.sort()];
}

/**
 * Every test that tfjs-core ships of what computes, for the wasm backend. Their files are ES modules whose imports lack
 * extensions, which Node does not resolve; so they are bundled, with what they use of tfjs-core, whose copies share one engine.
 */
export async function publishedSpecs(): Promise<readonly Spec[]> {
  const specs: Spec[] = [];
  const words: Readonly<Record<string, unknown>> = jasmine(specs);
  const files = testFiles();
  const { outputFiles } = await build({
    stdin: { contents: files.map((file) => `gmStart('${file}'); require('./${file}');`).join('\n'), resolveDir: dist },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'our-jasmine',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /\/jasmine_util$/ }, ({ path }) => ({ path, namespace: 'jasmine' }));
          onLoad({ filter: /.*/, namespace: 'jasmine' }, () => ({
            contents: `export const { describeWithFlags } = gmFlags;
              export const { ALL_ENVS, BROWSER_ENVS, NODE_ENVS, SYNC_BACKEND_ENVS } = gmFlags;`,
          }));
        },
      },
    ],
  });
  const names = Object.keys(words);
  const run = compileFunction(outputFiles[0]!.text, ['require', ...names], { filename: 'tfjs-core-tests.cjs' });
  run(createRequire(join(dist, 'index.js')), ...names.map((name) => words[name]));
  return specs;
}
