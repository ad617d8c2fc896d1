import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);
const CORE = '@tensorflow/tfjs-core';
const dist = resolve(require.resolve(`${CORE}/package.json`), '../dist');
const core = require(CORE) as Record<string, object>;

/** Internal files whose exports are members of one of the public namespaces of tfjs-core. */
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

/** Internal files whose exports have other names outside. */
const REPLACED: Readonly<Record<string, string>> = {
  engine: `import { engine } from '${CORE}'; export const ENGINE = engine();`,
  environment: `export { env, ENV } from '${CORE}';`,
  tensor: `import { Tensor } from '${CORE}'; export { Tensor, TensorBuffer, Variable } from '${CORE}'; export const getGlobalTensorClass = () => Tensor;`,
};

/**
 * Bundles the gradients that tfjs-core ships but, in Node, neither registers nor lets anybody import. The gradients themselves
 * are taken as they are; whatever else of tfjs-core they use is sent back to the tfjs-core that the program has, so that
 * there is one engine.
 */
export function bundleGradients(): Plugin {
  return {
    name: 'bundle-gradients',
    setup(build) {
      build.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({ path: CORE, external: true }));
      build.onResolve({ filter: /^@tensorflow\/tfjs-core\/dist\// }, ({ path }) => ({
        path: `${resolve(dist, path.slice(`${CORE}/dist/`.length))}.js`,
      }));
      build.onLoad({ filter: /tfjs-core[\\/]dist[\\/].*\.js$/ }, ({ path }) => ({
        contents: contentsOf(path),
        loader: 'js',
      }));
    },
  };
}

function contentsOf(path: string): string {
  const name = relative(dist, path).replaceAll('\\', '/').replace(/\.js$/, '');
  const source = readFileSync(path, 'utf8').replace(/\/\/# sourceMappingURL=.*/g, '');
  if (name === 'register_all_gradients' || name.startsWith('gradients/')) return source;
  if (REPLACED[name] !== undefined) return REPLACED[name];
  const namespace = NAMESPACES[name];
  if (namespace !== undefined) {
    return `import { ${namespace} } from '${CORE}'; export const { ${Object.keys(core[namespace]!).join(', ')} } = ${namespace};`;
  }
  const names = exportsOf(source);
  if (names.length > 0 && names.every((member) => member in core))
    return `export { ${names.join(', ')} } from '${CORE}';`;
  return source;
}

function exportsOf(source: string): string[] {
  const declared = [...source.matchAll(/^export (?:async )?(?:const|let|var|function\*?|class) (\w+)/gm)].map(
    ([, name]) => name!,
  );
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) =>
    list!
      .split(',')
      .map(
        (item) =>
          item
            .trim()
            .split(/\s+as\s+/)
            .at(-1)!,
      )
      .filter(Boolean),
  );
  return [...declared, ...listed];
}
