import type { BackendValues, DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** What is used of tfjs's WebGPU backend, whose package may not be there. */
export interface WebGpuBackend extends KernelBackend {
  readonly device: WebGpuDevice;
  readonly tensorMap: { get(dataId: object): TensorData | undefined };
  read(dataId: object): Promise<BackendValues>;
  readSync(dataId: object): BackendValues;
  uploadToGPU(dataId: object): void;
  runWebGPUProgram(
    program: Program,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms: readonly Uniform[],
  ): TensorInfo;
  /** Copies and reads a buffer, after all commands before it. */
  getBufferData(buffer: object): Promise<ArrayBuffer>;
}

interface TensorData {
  /** Where the numbers are (also) in JavaScript. */
  readonly values: BackendValues | null | undefined;
  readonly dtype: DataType;
  readonly shape: number[];
  /** Where they are on the device. */
  readonly resource?: object | null;
}

interface WebGpuDevice {
  readonly limits: Readonly<Record<string, number>>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(description: { readonly size: number; readonly usage: number }): object;
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: Error }) => void): void;
  destroy(): void;
}

/** A compute shader as tfjs compiles it: `userCode` has a `fn main(index: i32)` and writes to the array `result`. */
export interface Program {
  readonly shaderKey: string;
  readonly outputShape: number[];
  readonly variableNames: readonly string[];
  /** Members of the struct `uniforms`, with the type of each. */
  readonly uniforms: string;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: [number, number, number];
  getUserCode(): string;
}

export interface Uniform {
  readonly type: 'int32' | 'uint32' | 'float32';
  readonly data: number[];
}
