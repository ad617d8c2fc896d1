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

/** Starts the backend, or goes on with it; WebGPU is loaded only where the browser has it. */
export async function startBackend({ backend, software = false }: StartOptions): Promise<BackendInfo> {
  if ('gpu' in navigator && backend !== 'wasm') await import('@tensorflow/tfjs-backend-webgpu');
  return useBackend(backend, { wasmPaths, software });
}
