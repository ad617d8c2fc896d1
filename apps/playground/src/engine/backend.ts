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

type Asked = Pick<StartOptions, 'backend' | 'software'>;

let running: { readonly asked: Asked; readonly info: BackendInfo } | undefined;

const sameAs = (a: Asked, b: Asked) => a.backend === b.backend && a.software === b.software;

/**
 * Starts the backend, or goes on with it where it is the one that was asked for last. WebGPU is loaded only where the browser has it.
 * Nothing else may compute meanwhile.
 *
 * @param anew  whether it is started again though it runs, for its device is lost
 */
export async function startBackend({ backend, software = false }: Asked, anew = false): Promise<BackendInfo> {
  const asked = { backend, software };
  if (running && sameAs(running.asked, asked) && !anew) return running.info;
  if (anew) running = undefined;
  if ('gpu' in navigator && backend !== 'wasm') await import('@tensorflow/tfjs-backend-webgpu');
  running = { asked, info: await useBackend(backend, { wasmPaths, software }) }; // where it throws, the former one is in use again
  return running.info;
}

/** Does something on that backend; where it fails, the former one is in use again, and holds all variables. */
export async function onBackend<Result>(asked: Asked, work: (info: BackendInfo) => Promise<Result>): Promise<Result> {
  const former = running;
  const info = await startBackend(asked);
  try {
    return await work(info);
  } catch (error) {
    if (former) await startBackend(former.asked);
    throw error;
  }
}
