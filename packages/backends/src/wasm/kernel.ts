import { type DataId, type DataType, getKernel, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';

/** What the kernels here use of tfjs's wasm backend. */
interface WasmBackend {
  incRef(dataId: DataId): void;
  disposeData(dataId: DataId): boolean;
  readSync(dataId: DataId): Float32Array;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(x: TensorInfo): Float32Array;
}

type Inputs = Readonly<Record<string, TensorInfo>>;
// biome-ignore lint/suspicious/noExplicitAny: attributes differ from kernel to kernel, and tfjs has no one type for them.
export type Attributes = Readonly<Record<string, any>>;
export type Call = (name: string, inputs: Inputs | readonly TensorInfo[], attrs?: Attributes) => TensorInfo;

/** What a body works with. Everything it makes is freed at its end, but for the one it returns. */
export interface Tools {
  /** Runs the kernel of that name: ours where there is one. */
  readonly call: Call;
  /** Runs the kernel of that name that tfjs ships. */
  readonly stock: Call;
  /** Room for numbers, filled with zeros. */
  readonly make: (shape: number[]) => TensorInfo;
  /** The numbers in place. Good until the next tensor is made: the memory may move then. */
  readonly view: (x: TensorInfo) => Float32Array;
}

export type Body = (inputs: Inputs, attrs: Attributes, tools: Tools) => TensorInfo;

/** A kernel made of other kernels. */
export function composed(body: Body, stockKernels: ReadonlyMap<string, KernelFunc>): KernelFunc {
  return ({ inputs, attrs = {}, backend }) => {
    const wasm = backend as WasmBackend;
    const made: TensorInfo[] = [];
    const keep = (x: TensorInfo): TensorInfo => {
      made.push(x);
      return x;
    };
    const run = (kernel: KernelFunc, inner: object, attributes: object) =>
      keep(kernel({ inputs: inner as never, attrs: attributes as never, backend }) as TensorInfo);
    const tools: Tools = {
      call: (name, inner, attributes = {}) => run(getKernel(name, 'wasm').kernelFunc, inner, attributes),
      stock: (name, inner, attributes = {}) => run(stockKernels.get(name)!, inner, attributes),
      make: (shape) => {
        const x = keep(wasm.makeOutput(shape, 'float32'));
        wasm.typedArrayFromHeap(x).fill(0);
        return x;
      },
      view: (x) => wasm.typedArrayFromHeap(x),
    };
    let result: TensorInfo | undefined;
    try {
      result = body(inputs as Inputs, attrs as Attributes, tools);
      return result;
    } finally {
      release(wasm, made, result);
    }
  };
}

/** Frees all but the result. When the result is an input, it is handed out once more. */
function release(wasm: WasmBackend, made: readonly TensorInfo[], result: TensorInfo | undefined): void {
  const own = made.findIndex(({ dataId }) => dataId === result?.dataId);
  if (own === -1 && result) wasm.incRef(result.dataId);
  for (const [index, { dataId }] of made.entries()) if (index !== own) wasm.disposeData(dataId);
}

/** The same numbers under another shape. */
export const shaped = ({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo => ({ dataId, dtype, shape });

export const transpose = (call: Call, x: TensorInfo, perm: number[]): TensorInfo => call('Transpose', { x }, { perm });

export const scalarOf = (call: Call, value: number): TensorInfo =>
  call('Fill', {}, { shape: [], value, dtype: 'float32' });

/** Whether x holds NaN (or infinities of both signs). One pass of half a nanosecond an element. */
export function hasNaN({ call, view }: Tools, x: TensorInfo): boolean {
  if (x.dtype !== 'float32') return false;
  const total = call('Sum', { x }, { axis: x.shape.map((_, axis) => axis), keepDims: false });
  return Number.isNaN(view(total)[0]);
}
