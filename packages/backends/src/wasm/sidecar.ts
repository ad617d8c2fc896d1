import { gmError } from '@gm/core';
import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { builtin, inNode } from '../platform.js';
import { withUnsharedMemory } from './binary.js';
import { canShare, startHelper } from './workers.js';

/** What the kernels here use of tfjs's wasm backend. */
export interface WasmBackend {
  readonly wasm: WasmModule | null;
  readonly dataIdMap: { get(dataId: DataId): TensorData };
  incRef(dataId: DataId): void;
  disposeData(dataId: DataId): boolean;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(x: TensorInfo): Float32Array;
  dispose(): void;
}

/** What the backend knows of a tensor; `id` is what its module calls it. */
interface TensorData {
  readonly id: number;
  readonly memoryOffset: number;
  readonly refCount: number;
}

interface WasmModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly tfjs: {
    /** Forgets a tensor and what was packed of it; its numbers stay. */
    disposeData(id: number): void;
    registerTensor(id: number, size: number, address: number): void;
  };
  readonly asm: { readonly memory: WebAssembly.Memory };
}

/** The functions of kernels/index.ts, by name; every argument is a number. */
export type Kernels = Readonly<Record<string, (...args: number[]) => number>>;

/** Our kernels beside tfjs's module, working on tfjs's tensors where they lie. */
export interface Sidecar {
  readonly kernels: Kernels;
  readonly threads: number;
  /** Why there are not more threads, where something stands in the way. */
  readonly limit: string | undefined;
  /** A product and a sum are one instruction. */
  readonly fused: boolean;
  /** The address of so many bytes, good until the next call; one room for all kernels. */
  room(bytes: number): number;
  setThreads(count: number): Promise<void>;
}

const sidecars = new WeakMap<object, Sidecar>();
/** A thread's control block; see kernels/threads.ts. */
const CONTROL_BYTES = 1024;

export function sidecarOf(backend: object): Sidecar {
  const sidecar = sidecars.get(backend);
  if (sidecar) return sidecar;
  throw gmError('GM_BACKEND', {
    where: 'wasm',
    expected: 'a wasm backend that useBackend() has started',
    received: 'one that was started without it, or was disposed',
    remedy: "Call await useBackend('wasm') before you compute.",
  });
}

/** Puts our kernels into the memory of a backend that has started. Once a backend. */
export async function startSidecar(backend: WasmBackend, threads: number): Promise<void> {
  const running = sidecars.get(backend);
  if (running) return running.setThreads(threads);
  checkInternals(backend);
  checkMemory(backend.wasm!);
  const sidecar = await open(backend.wasm!);
  await sidecar.setThreads(threads);
  sidecars.set(backend, sidecar);
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    sidecars.delete(backend);
    void sidecar.setThreads(1);
    dispose();
  };
}

async function open(wasm: WasmModule): Promise<Sidecar> {
  const { memory } = wasm.asm;
  const shared = typeof SharedArrayBuffer === 'function' && memory.buffer instanceof SharedArrayBuffer;
  const { module, fused } = await compiled(shared);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = exports as unknown as Kernels;
  const control = aligned(wasm, CONTROL_BYTES);
  const own = [aligned(wasm, kernels.ownBytes!())];
  clear(memory, control, CONTROL_BYTES);
  kernels.start!(control, 1, own[0]!);
  kernels.prepare!();

  let helpers: ReturnType<typeof startHelper>[] = [];
  let limit: string | undefined;
  let [roomAt, roomBytes] = [0, 0];
  const stopHelpers = async () => {
    kernels.setThreads!(1);
    kernels.stop!();
    const ending = helpers.map((helper) => helper.end());
    helpers = [];
    await Promise.all(ending);
    clear(memory, control, CONTROL_BYTES);
  };
  return {
    kernels,
    fused,
    get threads() {
      return 1 + helpers.length;
    },
    get limit() {
      return limit;
    },
    room(bytes) {
      if (bytes <= roomBytes) return roomAt;
      if (roomAt) wasm._free(roomAt);
      [roomAt, roomBytes] = [0, 0];
      const wanted = Math.ceil(bytes * 1.25);
      roomAt = wasm._malloc(wanted);
      roomBytes = wanted;
      return roomAt;
    },
    async setThreads(wanted) {
      if (wanted === 1 + helpers.length) return;
      await stopHelpers();
      limit = undefined;
      if (wanted === 1) return;
      if (!shared || !canShare()) {
        limit =
          inNode || canShare()
            ? 'tfjs’s memory is not shared: it had started before useBackend()'
            : 'the page is not cross-origin isolated';
        return;
      }
      while (own.length < wanted) own.push(aligned(wasm, kernels.ownBytes!()));
      const started = own
        .slice(1, wanted)
        .map((place) => startHelper({ module, memory, control, count: wanted, own: place }));
      try {
        await Promise.all(started.map(({ ready }) => ready));
        helpers = started;
        kernels.setThreads!(wanted);
      } catch (error) {
        kernels.stop!();
        for (const helper of started) void helper.end();
        limit = `threads do not start: ${error instanceof Error ? error.message : error}`;
        console.warn(`gm: ${limit}; wasm goes on with one thread.`);
      }
    },
  };
}

/** A block that lives as long as the module. */
function aligned(wasm: WasmModule, bytes: number): number {
  return (wasm._malloc(bytes + 64) + 63) & ~63;
}

function clear(memory: WebAssembly.Memory, start: number, bytes: number): void {
  new Uint8Array(memory.buffer, start >>> 0, bytes).fill(0);
}

/** The kernels for this engine: with relaxed SIMD where it has it, which Node 20 has behind a switch. */
async function compiled(shared: boolean): Promise<{ module: WebAssembly.Module; fused: boolean }> {
  const relaxed = decoded((await import('./modules/relaxed.js')).base64, shared);
  if (!WebAssembly.validate(relaxed) && inNode)
    builtin('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (WebAssembly.validate(relaxed)) return { module: await WebAssembly.compile(relaxed), fused: true };
  const plain = decoded((await import('./modules/plain.js')).base64, shared);
  if (WebAssembly.validate(plain)) return { module: await WebAssembly.compile(plain), fused: false };
  throw gmError('GM_BACKEND', {
    where: 'wasm',
    expected: 'an engine with WebAssembly SIMD',
    received: 'one without',
    remedy: "Update Node or the browser (any since 2023 has it), or call useBackend('cpu').",
  });
}

function decoded(base64: string, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return (shared ? bytes : withUnsharedMemory(bytes)) as Uint8Array<ArrayBuffer>;
}

/** tfjs tells nobody where its tensors lie, so what we read of it is looked at once. */
function checkInternals(backend: WasmBackend): void {
  const { wasm, dataIdMap } = backend;
  const known =
    wasm?.asm?.memory instanceof WebAssembly.Memory &&
    typeof wasm._malloc === 'function' &&
    typeof wasm.tfjs?.disposeData === 'function' &&
    typeof wasm.tfjs.registerTensor === 'function' &&
    typeof dataIdMap?.get === 'function' &&
    typeof backend.makeOutput === 'function';
  if (known) return;
  throw gmError('GM_BACKEND', {
    where: 'wasm',
    expected: 'the wasm backend of TensorFlow.js 4.22',
    received: wasm === null ? 'one that was disposed' : 'one whose inside differs',
    remedy: 'Install @tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm at 4.22.0.',
  });
}

/** tfjs does not look whether there was memory, and would write over what lies at address 0. */
function checkMemory(wasm: WasmModule): void {
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address !== 0 || bytes === 0) return address;
    throw gmError('GM_MEMORY', {
      where: 'wasm',
      expected: `${(bytes / 2 ** 20).toFixed(1)} MiB more`,
      received: `no room beside the ${(wasm.asm.memory.buffer.byteLength / 2 ** 20).toFixed(0)} MiB in use`,
      remedy: 'Use a smaller batch or network, or dispose of tensors; WebAssembly ends at 4 GiB.',
    });
  };
}
