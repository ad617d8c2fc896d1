import { type BackendInfo, useBackend } from '@gm/backends';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { StartOptions } from './protocol.js';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

let running: { readonly key: string; readonly info: BackendInfo } | undefined;

/**
 * Starts the backend, or goes on with it where it is the one that was asked for last. WebGPU is loaded only where the browser has it.
 * Nothing else may compute meanwhile.
 *
 * @param anew  whether it is started again though it runs, for its device is lost
 */
export async function startBackend({ backend, software = false }: StartOptions, anew = false): Promise<BackendInfo> {
  const key = `${backend} ${software}`;
  if (running?.key === key && !anew) return running.info;
  running = undefined;
  if ('gpu' in navigator && backend !== 'wasm') await import('@tensorflow/tfjs-backend-webgpu');
  running = { key, info: await useBackend(backend, { wasmPaths, software }) };
  return running.info;
}
