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
  /** The numbers in place. Good until the next tensor is made: the memory may move then. */
  readonly view: (x: TensorInfo) => Float32Array;
}

export type Body = (inputs: Inputs, attrs: Attributes, tools: Tools) => TensorInfo | TensorInfo[];

/** A kernel for tfjs from its body. */
export function kernelOf(body: Body, stockKernels: ReadonlyMap<string, KernelFunc>): KernelFunc {
  return ({ inputs, attrs = {}, backend }) => {
    const wasm = backend as WasmBackend;
    const sidecar = sidecarOf(backend);
    const made: TensorInfo[] = [];
    const keep = (x: TensorInfo): TensorInfo => {
      made.push(x);
      return x;
    };
    const run = (kernel: KernelFunc, inner: object, attributes: object) =>
      keep(kernel({ inputs: inner as never, attrs: attributes as never, backend }) as TensorInfo);
    const tools: Tools = {
      kernels: sidecar.kernels,
      threads: sidecar.threads,
      at: ({ dataId }) => wasm.dataIdMap.get(dataId).memoryOffset,
      make: (shape, dtype = 'float32') => keep(wasm.makeOutput(shape as number[], dtype)),
      zeros: (shape, dtype = 'float32') => {
        const x = keep(wasm.makeOutput(shape as number[], dtype));
        wasm.typedArrayFromHeap(x).fill(0);
        return x;
      },
      room: sidecar.room,
      call: (name, inner, attributes = {}) => run(getKernel(name, 'wasm').kernelFunc, inner, attributes),
      stock: (name, inner, attributes = {}) => run(stockKernels.get(name)!, inner, attributes),
      view: (x) => wasm.typedArrayFromHeap(x),
    };
    let result: TensorInfo | TensorInfo[] | undefined;
    try {
      result = body(inputs as Inputs, attrs as Attributes, tools);
      return result;
    } finally {
      release(wasm, made, result === undefined ? [] : Array.isArray(result) ? result : [result]);
    }
  };
}

/** Frees all but the results. A result that is an input is handed out once more. */
function release(wasm: WasmBackend, made: readonly TensorInfo[], results: readonly TensorInfo[]): void {
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

/** Whether x holds NaN (or infinities of both signs). One pass of half a nanosecond an element. */
export function hasNaN({ call, view }: Tools, x: TensorInfo): boolean {
  if (x.dtype !== 'float32') return false;
  const total = call('Sum', { x }, { axis: x.shape.map((_, axis) => axis), keepDims: false });
  return Number.isNaN(view(total)[0]);
}
