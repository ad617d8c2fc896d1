import type { Backend, Engine } from './backend.js';
import { guide } from './native/guide.js';

/** A backend whose code is loaded when it is looked at: most programs never do. */
function optional(about: Pick<Backend, 'name' | 'tfjsName' | 'remedy'>, load: () => Promise<Engine>): Backend {
  return {
    ...about,
    obstacle: async (options) => (await load()).obstacle(options),
    load: async (options) => (await load()).load(options),
    started: async () => (await load()).started?.(),
    details: async () => (await load()).details(),
  };
}

const tensorFlow = (name: 'node' | 'node-gpu') => ({
  name,
  tfjsName: 'tensorflow',
  remedy: `Look at what it printed; ${guide} says what it needs. Then: npm rebuild @tensorflow/tfjs-${name} --foreground-scripts`,
});

/** TensorFlow's C library under Node, on CUDA and on the processor. */
export const nodeGpu = optional(tensorFlow('node-gpu'), async () => (await import('./native/package.js')).nodeGpu);
export const node = optional(tensorFlow('node'), async () => (await import('./native/package.js')).node);

/** WebGPU: of the browser, or in Node of Dawn, the package `webgpu`. */
export const webgpu = optional(
  { name: 'webgpu', tfjsName: 'webgpu', remedy: 'Update the graphics driver, or choose wasm.' },
  async () => (await import('./webgpu/webgpu.js')).webgpu,
);
