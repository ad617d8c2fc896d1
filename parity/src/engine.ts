import { useBackend } from '@gm/backends';
import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { type Case, type Results, trainingSteps } from './case.js';
import { chromiumEngine } from './chromium/engine.js';
import { stepToNative } from './native.js';
import { computed } from './run.js';

/** What there may be to compute cases; each is a column of the table. */
export const engineNames = ['wasm', 'webgpu', 'chromium', 'node', 'node-gpu'] as const;
export type EngineName = (typeof engineNames)[number];

/** Something that computes cases. */
export interface Engine {
  /** What it runs on, in words. */
  readonly device: string;
  /** For how many steps it trains recipes. */
  readonly steps: number;
  measure(tried: Case): Promise<Results>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** How long recipes train. Default: 100 steps, fewer where they take too long. */
  readonly steps?: number;
}

/** Starts an engine, or says what it lacks. */
export async function open(
  name: EngineName,
  options: EngineOptions = {},
): Promise<Engine | { readonly missing: string }> {
  try {
    return await (name === 'chromium' ? chromiumEngine(options) : nodeEngine(name, options));
  } catch (error) {
    const built = name.startsWith('node')
      ? ` In a clone of gm: npm run native${name === 'node' ? '' : ' -- --gpu'}.`
      : '';
    return { missing: (error as Error).message + built };
  }
}

/** A backend in this process. */
async function nodeEngine(
  name: Exclude<EngineName, 'chromium'>,
  { steps = trainingSteps }: EngineOptions,
): Promise<Engine> {
  if (name === 'node' || name === 'node-gpu') stepToNative();
  const { device = name } = await useBackend(name, { software: true, threads: 2 });
  const backend = getBackend();
  return {
    device,
    steps,
    measure(tried) {
      return on(backend, () => computed(tried, { steps }));
    },
    close: async () => undefined,
  };
}

/** What is right: what the case itself says, or else what tfjs gives on the processor, which adds up in float64. */
export async function expectedOf(tried: Case, steps: number): Promise<Results> {
  return tried.expected ?? on('cpu', () => computed(tried, { steps }));
}

async function on<Result>(backend: string, work: () => Promise<Result>): Promise<Result> {
  if (backend === 'cpu') await useBackend('cpu');
  if (getBackend() !== backend && !(await setBackend(backend))) throw new Error(`${backend} did not start again`);
  // Small tensors would be computed on the processor, in place of the device that is tried.
  if (backend === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
  return work();
}
