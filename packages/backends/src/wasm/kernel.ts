import { gmError } from '@gm/core';
import { type DataType, getKernel, type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Kernels, sidecarOf, type WasmBackend } from './sidecar.js';

type Inputs = Readonly<Record<string, TensorInfo>>;
// biome-ignore lint/suspicious/noExplicitAny: attributes differ from kernel to kernel, and tfjs has no one type for them.
export type Attributes = Readonly<Record<string, any>>;
export type Call = (name: string, inputs: Inputs | readonly TensorInfo[], attrs?: Attributes) => TensorInfo;

/** What a body works with. Everything it makes is freed at its end, but for what it returns. */
export interface Tools {
  /** The compiled functions, kernels/index.ts. */
  readonly kernels: Kernels;
  readonly threads: number;
  /** Where the numbers of x lie. Addresses stay, also when the memory grows. */
  readonly at: (x: TensorInfo) => number;
  /** Room for numbers, which are yet to be written. */
  readonly make: (shape: readonly number[], dtype?: DataType) => TensorInfo;
  /** The same, filled with zeros. */
  readonly zeros: (shape: readonly number[], dtype?: DataType) => TensorInfo;
  /** The address of so many bytes for the way, good until the next call of `room` in any kernel. */
  readonly room: (bytes: number) => number;
  /** Runs the kernel of that name: ours where there is one. */
  readonly call: Call;
  /** Runs the kernel of that name that tfjs ships. */
  readonly stock: Call;
  /** x to be written over: x itself where nobody else holds its numbers, else a copy. */
  readonly own: (x: TensorInfo) => TensorInfo;
  /** The numbers in place. Good until the next tensor is made: the memory may move then. */
  readonly view: (x: TensorInfo) => Float32Array;
}

export type Body = (inputs: Inputs, attrs: Attributes, tools: Tools) => TensorInfo | TensorInfo[];

/** A kernel for tfjs from its body. */
export function kernelOf(body: Body, stockKernels: ReadonlyMap<string, KernelFunc>): KernelFunc {
  return ({ inputs, attrs = {}, backend }) => {
    const bench = benches.get(backend) ?? benchOf(backend as WasmBackend, stockKernels);
    if (bench.backend.wasm === null) sidecarOf(backend); // disposed: says so
    const outer = bench.made;
    bench.made = [];
    let results: readonly TensorInfo[] = [];
    try {
      const result = body(inputs as Inputs, attrs as Attributes, bench.tools);
      results = Array.isArray(result) ? result : [result];
      return result;
    } finally {
      release(bench.backend, bench.made, results);
      bench.made = outer;
    }
  };
}

/** Tools, and what was made with them by the kernel at work; kernels that call kernels put their own list in its place. */
interface Bench {
  readonly backend: WasmBackend;
  readonly tools: Tools;
  made: TensorInfo[];
}

const benches = new WeakMap<object, Bench>();

function benchOf(backend: WasmBackend, stockKernels: ReadonlyMap<string, KernelFunc>): Bench {
  const sidecar = sidecarOf(backend);
  const keep = (x: TensorInfo): TensorInfo => {
    bench.made.push(x);
    return x;
  };
  const run = (kernel: KernelFunc, inputs: object, attrs: object) =>
    keep(kernel({ inputs: inputs as never, attrs: attrs as never, backend }) as TensorInfo);
  const make: Tools['make'] = (shape, dtype = 'float32') => keep(backend.makeOutput(shape as number[], dtype));
  const tools: Tools = {
    kernels: sidecar.kernels,
    get threads() {
      return sidecar.threads;
    },
    at: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    make,
    zeros(shape, dtype) {
      const x = make(shape, dtype);
      backend.typedArrayFromHeap(x).fill(0);
      return x;
    },
    room: sidecar.room,
    call: (name, inputs, attrs = {}) => run(getKernel(name, 'wasm').kernelFunc, inputs, attrs),
    own: (x) => (holdAlone(backend, x) ? shaped(x, x.shape) : keep(copyOf(backend, x))),
    stock: (name, inputs, attrs = {}) => run(stockKernels.get(name) ?? lacking(name, inputs), inputs, attrs),
    view: (x) => backend.typedArrayFromHeap(x),
  };
  const bench: Bench = { backend, tools, made: [] };
  benches.set(backend, bench);
  return bench;
}

/**
 * Whether no clone, reshape or second variable shares the numbers of x. If so, what tfjs's kernels have packed of them (XNNPACK
 * keeps filters and weights by the tensor's number) is dropped, because they are about to change.
 */
function holdAlone({ wasm, dataIdMap }: WasmBackend, x: TensorInfo): boolean {
  const { id, refCount, memoryOffset } = dataIdMap.get(x.dataId);
  if (refCount > 1) return false;
  wasm!.tfjs.disposeData(id);
  wasm!.tfjs.registerTensor(id, sizeOf(x), memoryOffset);
  return true;
}

function copyOf(wasm: WasmBackend, x: TensorInfo): TensorInfo {
  const copy = wasm.makeOutput(x.shape, x.dtype);
  wasm.typedArrayFromHeap(copy).set(wasm.typedArrayFromHeap(x));
  return copy;
}

/** Ours take float32; for other numbers there has to be a kernel of tfjs. */
function lacking(name: string, inputs: Inputs | readonly TensorInfo[]): never {
  throw gmError('GM_DTYPE', {
    where: `wasm: ${name}`,
    expected: 'float32',
    received: Object.values(inputs)
      .map(({ dtype }) => dtype)
      .join(', '),
    remedy: "Cast them: cast(x, 'float32').",
  });
}

/** Frees all but the results. A result that is an input is handed out once more. */
function release(wasm: WasmBackend, made: readonly TensorInfo[], results: readonly TensorInfo[]): void {
  if (made.length === 1 && results.length === 1 && made[0]!.dataId === results[0]!.dataId) return;
  const own = new Set<number>();
  for (const { dataId } of results) {
    const index = made.findIndex((x, place) => x.dataId === dataId && !own.has(place));
    if (index === -1) wasm.incRef(dataId);
    else own.add(index);
  }
  for (const [index, { dataId }] of made.entries()) if (!own.has(index)) wasm.disposeData(dataId);
}

/** The same numbers under another shape. */
export const shaped = ({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo => ({ dataId, dtype, shape });

export const sizeOf = ({ shape }: TensorInfo): number => util.sizeFromShape(shape);

export const isFloat = (...inputs: readonly (TensorInfo | undefined)[]): boolean =>
  inputs.every((x) => x === undefined || x.dtype === 'float32');

export const transpose = (call: Call, x: TensorInfo, perm: number[]): TensorInfo => call('Transpose', { x }, { perm });
