import { gmError } from '@gm/core';
import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { common } from './common.js';
import { compiled } from './module.js';
import { type Pool, poolOf } from './pool.js';
import { maySleep } from './workers.js';

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
export interface Sidecar extends Pool {
  readonly kernels: Kernels;
  /** A product and a sum are one instruction. */
  readonly fused: boolean;
  /** The address of so many bytes, good until the next call; one room for all kernels. */
  room(bytes: number): number;
}

/** By backend; of a backend that is about to be used, the promise. */
const sidecars = common('sidecars', () => new WeakMap<object, Sidecar>());
const starting = common('starting', () => new WeakMap<object, Promise<Sidecar>>());
/** The control block through which threads talk; see kernels/threads.ts. */
const CONTROL_BYTES = 1024;

/** @throws GM_BACKEND when the backend has none */
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

export const findSidecar = (backend: object): Sidecar | undefined => sidecars.get(backend);

/** Puts our kernels into the memory of a backend that has started, once; then, or later, sets how many threads compute. */
export async function startSidecar(backend: WasmBackend, threads: number): Promise<void> {
  if (!starting.has(backend)) starting.set(backend, start(backend));
  const sidecar = await starting.get(backend)!;
  await sidecar.setThreads(threads);
  sidecars.set(backend, sidecar);
}

async function start(backend: WasmBackend): Promise<Sidecar> {
  checkInternals(backend);
  checkMemory(backend.wasm!);
  const sidecar = await open(backend.wasm!);
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    sidecars.delete(backend);
    void sidecar.setThreads(1);
    dispose();
    refuse(backend);
  };
  return sidecar;
}

async function open(wasm: WasmModule): Promise<Sidecar> {
  const { memory } = wasm.asm;
  const shared = typeof SharedArrayBuffer === 'function' && memory.buffer instanceof SharedArrayBuffer;
  const { module, fused } = await compiled(shared);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = exports as unknown as Kernels;
  const control = aligned(wasm, CONTROL_BYTES);
  const clearControl = () => void new Uint8Array(memory.buffer, control >>> 0, CONTROL_BYTES).fill(0);
  const ownMemory = () => aligned(wasm, kernels.ownBytes!());
  clearControl();
  kernels.start!(control, 1, ownMemory());
  kernels.prepare!();
  kernels.setSleepy!(Number(maySleep()));
  const pool = poolOf({ kernels, module, memory, control, ownMemory, clearControl });
  return {
    kernels,
    fused,
    get threads() {
      return pool.threads;
    },
    get limit() {
      return pool.limit;
    },
    room: roomOf(wasm),
    setThreads: pool.setThreads,
  };
}

/** One piece of memory for all kernels, which grows with what they ask for. */
function roomOf(wasm: WasmModule): Sidecar['room'] {
  let [place, size] = [0, 0];
  return (bytes) => {
    if (bytes <= size) return place;
    if (place !== 0) wasm._free(place);
    [place, size] = [0, 0];
    // A quarter more, so that sizes that creep up do not ask each time.
    const wanted = Math.ceil(bytes * 1.25);
    place = wasm._malloc(wanted);
    size = wanted;
    return place;
  };
}

/** A block that lives as long as the module. */
function aligned(wasm: WasmModule, bytes: number): number {
  return (wasm._malloc(bytes + 64) + 63) & ~63;
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

/**
 * tfjs does not look whether there was memory, and would write over what lies at address 0; and it would take a size of more than
 * 32 bits for what is left of it.
 */
function checkMemory(wasm: WasmModule): void {
  // The first call puts the function itself in the place of a stub, and would put it in the place of ours.
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = bytes < ADDRESSES ? allocate(bytes) : 0;
    if (address !== 0 || bytes === 0) return address;
    throw gmError('GM_MEMORY', {
      where: 'wasm',
      expected: `${(bytes / 2 ** 20).toFixed(1)} MiB more`,
      received: `no room beside the ${(wasm.asm.memory.buffer.byteLength / 2 ** 20).toFixed(0)} MiB in use`,
      remedy: 'Use a smaller batch or network, or dispose of tensors; WebAssembly ends at 4 GiB.',
    });
  };
}

const ADDRESSES = 2 ** 32;

/** What a disposed backend is asked for, it refuses with a reason; tensors on it can still be disposed of. */
function refuse(backend: WasmBackend): void {
  const refusal = () => {
    throw gmError('GM_DISPOSED', {
      where: 'wasm',
      expected: 'tensors of a backend in use',
      received: 'one of a backend that was removed',
      remedy: "Read tensors before removeBackend('wasm'), and make them anew after it.",
    });
  };
  const methods = {
    read: async () => refusal(),
    readSync: refusal,
    write: refusal,
    move: refusal,
    typedArrayFromHeap: refusal,
  };
  Object.assign(backend, methods, { disposeData: () => true });
}
