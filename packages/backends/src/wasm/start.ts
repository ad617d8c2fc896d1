import { engine, env, findBackend, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { parallelism } from '../platform.js';
import { registerKernels } from './register.js';
import { inSharedMemory } from './sharedMemory.js';
import { type Sidecar, sidecarOf, startSidecar, type WasmBackend } from './sidecar.js';
import { canShare } from './workers.js';

/** More threads than these wait for memory more than they compute. */
const MOST_THREADS = 8;
/** As tfjs registers it. */
const PRIORITY = 2;

let threadsWanted = 1;
const wrapped = new WeakSet<object>();

/**
 * Makes tfjs's wasm backend ours: when it starts, in memory that threads can share, our kernels start beside it. When it has
 * started before, they work in the memory it has, with one thread.
 */
export async function prepareWasm(threads: number | undefined): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  // The threaded build of tfjs cannot start in Node, and hangs in a minified bundle; our threads are our own.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  threadsWanted = threads ?? Math.min(MOST_THREADS, canShare() ? parallelism() : 1);
  registerKernels();
  const running = findBackend('wasm') as unknown as WasmBackend | null;
  if (running) return startSidecar(running, threadsWanted);
  wrapFactory();
}

function wrapFactory(): void {
  const factory = findBackendFactory('wasm');
  if (wrapped.has(factory)) return;
  const ours = async () => {
    const start = async () => (await factory()) as unknown as WasmBackend;
    const backend = await (canShare() ? inSharedMemory(start) : start());
    await startSidecar(backend, threadsWanted);
    return backend as never;
  };
  wrapped.add(ours);
  removeBackend('wasm');
  registerBackend('wasm', ours, PRIORITY);
}

/** The kernels in use, or undefined when wasm has not started. */
export function runningSidecar(): Sidecar | undefined {
  const backend = 'wasm' in engine().registry ? findBackend('wasm') : null;
  return backend ? sidecarOf(backend) : undefined;
}
