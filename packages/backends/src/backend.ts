/** The names that useBackend() takes beside 'auto'. */
export const backendNames = ['node-gpu', 'webgpu', 'node', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export interface BackendOptions {
  /**
   * Where a browser finds the three .wasm files of `@tensorflow/tfjs-backend-wasm`: the URL of their folder, or the URL of each by
   * its file name. Node finds them by itself.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** How many threads wasm computes with, 1 to 64. Default: as many as the machine runs at once, at most 8. */
  readonly threads?: number;
  /** Accept a WebGPU adapter that computes on the processor (SwiftShader, llvmpipe), for tests. Default false. */
  readonly software?: boolean;
}

/** What a backend runs on. */
export interface BackendDetails {
  readonly device?: string;
  readonly simd?: boolean;
  readonly threads?: number;
  /** Why there are not more threads, where something stands in the way. */
  readonly limit?: string;
  /** The largest tensor it computes with, in bytes, where the device says so. */
  readonly tensorBytes?: number;
  /** wasm: whether a product and a sum are one instruction (relaxed SIMD). */
  readonly fused?: boolean;
}

/** Why a backend cannot start, and the instruction that mends it. */
export interface Obstacle {
  readonly why: string;
  readonly mend: string;
  readonly installed: boolean;
  readonly cause?: unknown;
}

/** What starts a backend, and what is found of it. */
export interface Engine {
  /** What stands in the way, found without touching the backend in use. */
  obstacle(options: BackendOptions): Promise<Obstacle | undefined>;
  /** Loads it, so that tfjs knows it. */
  load(options: BackendOptions): Promise<void>;
  /** After tfjs has started it. */
  started?(): Promise<void>;
  details(): Promise<BackendDetails>;
  /** Why that was, where it is known; tfjs keeps it to itself. */
  failure?(): unknown;
}

export interface Backend extends Engine {
  readonly name: BackendName;
  readonly tfjsName: string;
  /** What to do when tfjs cannot start it all the same. */
  readonly remedy: string;
}
