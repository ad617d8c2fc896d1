import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const CORE = '@tensorflow/tfjs-core';
/** What our sources import; see src/gradients/stock.d.ts. */
const MODULE = 'tfjs-core-gradients';
const require = createRequire(import.meta.url);
const dist = resolve(require.resolve(`${CORE}/package.json`), '../dist');
const core = require(CORE) as Record<string, object>;

/** Files of tfjs-core whose exports are members of one of its public namespaces. */
const NAMESPACES: Readonly<Record<string, string>> = {
  util: 'util',
  util_base: 'util',
  hash_util: 'util',
  tensor_util: 'tensor_util',
  'ops/broadcast_util': 'broadcast_util',
  'ops/slice_util': 'slice_util',
  'ops/axis_util': 'backend_util',
  'ops/conv_util': 'backend_util',
  'ops/selu_util': 'backend_util',
};

/** Files of tfjs-core whose exports have other names outside, or that would only be bundled for their side effects. */
const REPLACED: Readonly<Record<string, string>> = {
  engine: `import { engine } from '${CORE}'; export const ENGINE = engine();`,
  environment: `export { env, ENV } from '${CORE}';`,
  tensor: `import { Tensor } from '${CORE}'; export { Tensor, TensorBuffer, Variable } from '${CORE}'; export const getGlobalTensorClass = () => Tensor;`,
};

/**
 * The gradients that tfjs-core ships and, in Node, neither registers nor lets anybody import: one ES module that exports them
 * as the array `stockGradients`. They are taken as they are; whatever else of tfjs-core they use is sent back to the
 * tfjs-core that the program has, so that there is one engine.
 */
async function gradientBundle(): Promise<string> {
  const result = await build({
    stdin: { contents: `export { gradConfigs as stockGradients } from '${dist}/register_all_gradients.js';` },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    treeShaking: true,
    legalComments: 'none',
    plugins: [{ name: 'one-core', setup: sendBackToCore }],
  });
  return result.outputFiles[0]!.text;
}

function sendBackToCore({ onLoad, onResolve }: Parameters<Plugin['setup']>[0]): void {
  onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({ path: CORE, external: true, sideEffects: false }));
  onResolve({ filter: /^\.|^\// }, ({ path, resolveDir }) => ({
    path: `${resolve(resolveDir, path).replace(/\.js$/, '')}.js`,
    sideEffects: false,
  }));
  onLoad({ filter: /tfjs-core[\\/]dist[\\/].*\.js$/ }, ({ path }) => ({ contents: contentsOf(path), loader: 'js' }));
}

function contentsOf(path: string): string {
  const name = relative(dist, path).replaceAll('\\', '/').replace(/\.js$/, '');
  const source = readFileSync(path, 'utf8').replace(/\/\/# sourceMappingURL=.*/g, '');
  if (name === 'register_all_gradients') return collected(source);
  if (name.startsWith('gradients/')) return source;
  if (REPLACED[name] !== undefined) return REPLACED[name];
  const names = exportsOf(source);
  const namespace = NAMESPACES[name];
  if (namespace !== undefined) {
    const members = names.filter((member) => member in core[namespace]!);
    const passedOn = source.match(/^export \* from .*/gm) ?? [];
    return [
      `import { ${namespace} } from '${CORE}';`,
      ...members.map((member) => `export const ${member} = /* @__PURE__ */ (() => ${namespace}.${member})();`),
      ...passedOn,
    ].join('\n');
  }
  const isPublic = names.length > 0 && names.every((member) => member in core);
  return isPublic ? `export { ${names.join(', ')} } from '${CORE}';` : source;
}

/** The list of gradients, without the loop that registers them. */
function collected(source: string): string {
  const list = source.replace('const gradConfigs', 'export const gradConfigs').replace(/\nfor \(const[\s\S]*$/, '\n');
  if (list.includes('export const gradConfigs') && !list.includes('registerGradient(')) return list;
  throw new Error(`bundleGradients: ${CORE}/dist/register_all_gradients.js is not the list it was. Adapt collected().`);
}

function exportsOf(source: string): string[] {
  const declared = [...source.matchAll(/^export (?:async )?(?:const|let|var|function\*?|class) (\w+)/gm)];
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','));
  return [
    ...declared.map(([, name]) => name!),
    ...listed.map(
      (item) =>
        item
          .trim()
          .split(/\s+as\s+/)
          .at(-1)!,
    ),
  ].filter(Boolean);
}

/** For tsup: answers the import of MODULE with the bundle. */
export function gradientsForTsup(): Plugin {
  return {
    name: MODULE,
    setup({ onLoad, onResolve }) {
      onResolve({ filter: new RegExp(`^${MODULE}$`) }, () => ({ path: MODULE, namespace: MODULE }));
      onLoad({ filter: /.*/, namespace: MODULE }, async () => ({
        contents: await gradientBundle(),
        loader: 'ts', // which drops imports that nothing uses
        resolveDir: dirname(fileURLToPath(import.meta.url)),
      }));
    },
  };
}

/** For Vitest: the same, so that tests run the sources. */
export function gradientsForVitest() {
  return {
    name: MODULE,
    resolveId: (id: string) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id: string) => (id === `\0${MODULE}` ? gradientBundle() : undefined),
  };
}
