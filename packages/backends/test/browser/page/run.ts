import { type BackendName, type BackendOptions, type BackendReport, describeBackend, useBackend } from '@gm/backends';
import { env, equal, getBackend, matMul, memory, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type Trained, trainConvolutions } from './train.js';

/** What a page, or a worker, is asked to do. */
export interface Task {
  readonly backend: BackendName | 'auto';
  readonly options: BackendOptions;
  /** Which is in use before. */
  readonly former?: BackendName;
  /** How many steps to train; without it, only a backend is chosen. */
  readonly steps?: number;
  /** On how many images. */
  readonly images?: number;
}

export interface Result {
  /** Something that has no code. */
  readonly crash?: string;
  /** useBackend() refused. */
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly reason?: string;
  readonly report?: BackendReport;
  readonly trained?: Trained;
  /** Which is in use after it, and what it makes of 2 · 3. */
  readonly after?: { readonly backend: string; readonly six: number; readonly tensors: number };
}

export async function run({ backend, options, former, steps, images }: Task): Promise<Result> {
  try {
    if (former) await useBackend(former, options);
    const chosen = await choose(backend, options);
    // Where there is a choice, the device computes and not JavaScript in its place.
    if (getBackend() === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
    const trained = steps && !chosen.refusal ? { trained: await trainConvolutions(steps, images) } : {};
    const report = await describeBackend();
    return { ...chosen, ...trained, ...(report && { report }), ...(getBackend() && { after: await after() }) };
  } catch (error) {
    return { crash: String((error as Error)?.stack ?? error) };
  }
}

async function choose(backend: BackendName | 'auto', options: BackendOptions): Promise<Result> {
  try {
    return { reason: (await useBackend(backend, options)).reason };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    return { refusal: { code, message } };
  }
}

async function after() {
  const product = tidy(() => matMul(tensor2d([[2]]), tensor2d([[3]])));
  const [six] = await product.data();
  product.dispose();
  return { backend: getBackend(), six: six!, tensors: memory().numTensors };
}

/** Has tfjs's wasm module print a complaint, out of the memory that threads share. */
export function complain(): void {
  tidy(() => equal(tensor1d(['no numbers']), tensor1d(['no numbers'])));
}

/** From now on a worker does what its page asks for. */
export function obey(): void {
  globalThis.onmessage = async ({ data }) => globalThis.postMessage(await run(data));
}
