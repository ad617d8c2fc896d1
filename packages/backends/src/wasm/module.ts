import { gmError } from '@gm/core';
import { builtin, nodeMajor } from '../platform.js';
import { withUnsharedMemory } from './binary.js';

/** The compiled kernels. */
export interface Compiled {
  readonly module: WebAssembly.Module;
  /** A product and a sum are one instruction. */
  readonly fused: boolean;
}

interface Code {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fused: boolean;
}

export const withoutSimd = "Update Node or the browser (any since 2023 has it), or call useBackend('cpu').";

/** Whether the engine runs our kernels: whether it has SIMD. */
export const runsKernels = async (): Promise<boolean> => (await code()) !== undefined;

/**
 * The kernels for this engine: with relaxed SIMD where it has it, which Node 20 has behind a switch.
 *
 * @throws GM_BACKEND when it has no SIMD at all
 */
export async function compiled(shared: boolean): Promise<Compiled> {
  const { bytes, fused } = (await code()) ?? refuse();
  return { module: await WebAssembly.compile(shared ? bytes : withUnsharedMemory(bytes)), fused };
}

/** @throws GM_BACKEND when the engine does not run our kernels */
export async function checkEngine(): Promise<void> {
  if (!(await runsKernels())) refuse();
}

const BEHIND_A_SWITCH = [20, 21];

async function code(): Promise<Code | undefined> {
  const relaxed = decoded((await import('./modules/relaxed.js')).base64);
  if (!WebAssembly.validate(relaxed) && BEHIND_A_SWITCH.includes(nodeMajor))
    builtin('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (WebAssembly.validate(relaxed)) return { bytes: relaxed, fused: true };
  const plain = decoded((await import('./modules/plain.js')).base64);
  return WebAssembly.validate(plain) ? { bytes: plain, fused: false } : undefined;
}

const decoded = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function refuse(): never {
  throw gmError('GM_BACKEND', {
    where: 'wasm',
    expected: 'an engine with WebAssembly SIMD',
    received: 'one without',
    remedy: withoutSimd,
  });
}
