import type { Backend, Obstacle } from './backend.js';
import { builtin, type FoundPackage, findPackage, inNode } from './platform.js';

/** TensorFlow's C library under Node, on CUDA and on the processor. */
export const nodeGpu = native('node-gpu', '@tensorflow/tfjs-node-gpu', 'CUDA 11.2 and cuDNN 8.1');
export const node = native('node', '@tensorflow/tfjs-node', 'the TensorFlow C library');

function native(name: 'node-gpu' | 'node', packageName: string, needs: string): Backend {
  return {
    name,
    tfjsName: 'tensorflow',
    remedy: `Look at what it printed; it needs ${needs}. Then: npm rebuild ${packageName}`,
    obstacle: async () => obstacle(packageName),
    load: async () => {
      // Removed in Node 23, and still used by 4.22: tensorflow/tfjs#8609.
      builtin('node:util').isNullOrUndefined ??= (value) => value === null || value === undefined;
      findPackage(packageName)!.load();
    },
    details: async () => ({ device: name === 'node' ? 'TensorFlow on the processor' : 'TensorFlow on CUDA' }),
  };
}

/** The binding is looked for before the package is loaded: a failed load leaves other backends behind. */
function obstacle(packageName: string): Obstacle | undefined {
  if (!inNode) return { why: 'it is for Node', mend: 'Choose webgpu or wasm in a browser.', installed: false };
  const found = findPackage(packageName);
  if (!found) return { why: 'it is not installed', mend: `Run: npm install ${packageName}`, installed: false };
  if (hasBinding(found)) return undefined;
  return {
    why: `${packageName} is installed without its compiled binding (lib/napi-v8/tfjs_binding.node)`,
    mend: `Run: npm rebuild ${packageName} --foreground-scripts`,
    installed: true,
  };
}

function hasBinding({ folder }: FoundPackage): boolean {
  const { existsSync, readdirSync } = builtin('node:fs');
  const { join } = builtin('node:path');
  const lib = join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, 'tfjs_binding.node')));
}
