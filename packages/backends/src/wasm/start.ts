import { gmError } from '@gm/core';
import {
  engine,
  env,
  findBackend,
  findBackendFactory,
  registerBackend,
  removeBackend,
  version_core,
} from '@tensorflow/tfjs-core';
import { parallelism } from '../platform.js';
import { common } from './common.js';
import { checkEngine } from './module.js';
import { inSharedMemory } from './sharedMemory.js';
import { findSidecar, type Sidecar, startSidecar, type WasmBackend } from './sidecar.js';

/** More threads than these wait for memory more than they compute. */
const MOST_BY_DEFAULT = 8;
const MOST = 64;
/** As tfjs registers it. */
const PRIORITY = 2;
const TESTED = /^4\.22\./;

type Factory = ReturnType<typeof findBackendFactory>;
interface State {
  /** As many threads as were asked for last. */
  threads: number;
  warned: boolean;
  /** What tfjs starts wasm with since we have wrapped it. */
  factory?: Factory;
  /** Why that failed. */
  failure?: unknown;
}
const state = common<State>('wasm', () => ({ threads: 1, warned: false }));

export interface WasmKernelOptions {
  /** How many threads compute, 1 to 64. Default: as many as the machine runs at once, at most 8. */
  readonly threads?: number;
}

/**
 * Puts the kernels of this package in the place of those of tfjs's wasm backend, for any program on tfjs: matrix products, convolutions
 * and their gradients, elementary functions and more, on several threads. Call it once, before `setBackend('wasm')`;
 * `useBackend('wasm')` does all of it by itself. A second call only changes the number of threads. On a backend that has started
 * already the kernels work with one thread, in the memory it has.
 *
 * The gradients of tfjs are another matter: see `registerGradients()`.
 *
 * @throws GM_OPTION when `threads` is not a whole number from 1 to 64
 * @throws GM_BACKEND when the engine has no WebAssembly SIMD, or tfjs's backend is not the one of version 4.22
 * @example await registerWasmKernels({ threads: 2 }); await tf.setBackend('wasm')
 */
export async function registerWasmKernels({ threads }: WasmKernelOptions = {}): Promise<void> {
  checkThreads('registerWasmKernels', threads);
  await import('@tensorflow/tfjs-backend-wasm');
  await checkEngine();
  warnOfVersion();
  // The threaded build of tfjs cannot start in Node, and hangs in a minified bundle; our threads are our own.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  state.threads = threads ?? Math.min(MOST_BY_DEFAULT, parallelism());
  const backend = runningBackend();
  if (backend) await startSidecar(backend, state.threads);
  else wrapFactory();
  // Only programs that use wasm load them.
  const { registerKernels } = await import('./register.js');
  registerKernels();
}

export function checkThreads(where: string, threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= MOST)) return;
  throw gmError('GM_OPTION', {
    where,
    expected: `threads as a whole number from 1 to ${MOST}`,
    received: String(threads),
    remedy: 'Leave it out to use as many as the machine runs at once.',
  });
}

/** From now on tfjs's backend starts in memory that threads can share, and our kernels start beside it. */
function wrapFactory(): void {
  const factory = findBackendFactory('wasm') ?? state.factory;
  if (!factory) throw removed();
  if (factory !== state.factory) {
    removeBackend('wasm');
    state.factory = (() => started(factory)) as unknown as Factory;
  }
  if (!findBackendFactory('wasm')) registerBackend('wasm', state.factory, PRIORITY);
}

async function started(factory: Factory): Promise<WasmBackend> {
  state.failure = undefined;
  try {
    const backend = await inSharedMemory(async () => (await factory()) as unknown as WasmBackend);
    await startSidecar(backend, state.threads);
    return backend;
  } catch (error) {
    state.failure = error;
    throw error;
  }
}

/** Why wasm did not start when it was started last. */
export const wasmFailure = (): unknown => state.failure;

/** The kernels in use, or undefined when wasm has not started with them. */
export function runningSidecar(): Sidecar | undefined {
  const backend = runningBackend();
  return backend && findSidecar(backend);
}

/** Looked up without findBackend(), which would start it. */
export function runningBackend(): WasmBackend | undefined {
  return 'wasm' in engine().registry ? (findBackend('wasm') as unknown as WasmBackend) : undefined;
}

/** The inside of tfjs's backend is tested when it starts; its operations are not. */
function warnOfVersion(): void {
  if (state.warned || TESTED.test(version_core)) return;
  state.warned = true;
  console.warn(`gm: the wasm kernels are tested with TensorFlow.js 4.22, and this is ${version_core}.`);
}

const removed = () =>
  gmError('GM_BACKEND', {
    where: 'wasm',
    expected: 'tfjs to know the wasm backend',
    received: "a program that has removed it with removeBackend('wasm')",
    remedy: 'Register the kernels before you remove the backend: it can be started again then.',
  });
