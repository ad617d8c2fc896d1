import { env } from '@tensorflow/tfjs-core';
import type { Backend } from './backend.js';
import { inNode, processorName } from './platform.js';
import { runsKernels, withoutSimd } from './wasm/module.js';
import { registerWasmKernels, runningBackend, runningSidecar, wasmFailure } from './wasm/start.js';

const nothing = async () => undefined;

/** tfjs's plain JavaScript. */
export const cpu: Backend = {
  name: 'cpu',
  tfjsName: 'cpu',
  remedy: 'Reinstall @tensorflow/tfjs-backend-cpu.',
  obstacle: nothing,
  load: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
  },
  details: async () => described({ device: processorName(), threads: 1 }),
};

/** WebAssembly with the kernels of this package. */
export const wasm: Backend = {
  name: 'wasm',
  tfjsName: 'wasm',
  remedy: inNode
    ? 'Reinstall @tensorflow/tfjs-backend-wasm.'
    : 'Pass wasmPaths with the URLs of the .wasm files of @tensorflow/tfjs-backend-wasm, as the README of @gm/backends shows.',
  obstacle: async () => {
    if (await runsKernels()) return undefined;
    return { why: 'this engine has no WebAssembly SIMD', mend: withoutSimd, installed: true };
  },
  load: async ({ wasmPaths, threads }) => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (wasmPaths !== undefined && !runningBackend()) setWasmPaths(wasmPaths as never);
    await registerWasmKernels(threads === undefined ? {} : { threads });
  },
  failure: wasmFailure,
  details: async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    const simd = (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) as boolean;
    const sidecar = runningSidecar();
    return described({
      device: processorName(),
      simd,
      threads: sidecar?.threads,
      fused: sidecar?.fused,
      limit: sidecar?.limit,
    });
  },
};

/** Without the entries that are not known. */
function described<Details extends object>(details: Details): { [Key in keyof Details]: NonNullable<Details[Key]> } {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as never;
}
