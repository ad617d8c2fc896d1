import { gmError, isGmError } from '@gm/core';
import { getBackend, setBackend } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type BackendDetails,
  type BackendName,
  type BackendOptions,
  backendNames,
  type Obstacle,
} from './backend.js';
import { registerGradients } from './gradients/register.js';
import { cpu, wasm } from './local.js';
import { moveVariables } from './move.js';
import { node, nodeGpu, webgpu } from './optional.js';
import { inNode } from './platform.js';
import { checkThreads } from './wasm/start.js';

export interface BackendInfo extends BackendDetails {
  readonly name: BackendName;
  /** What tfjs calls it. */
  readonly tfjsName: string;
  /** Why this one, in words. */
  readonly reason: string;
}

/** Every backend, in the order in which 'auto' prefers them; cpu is only used when asked for. */
export const backends: readonly Backend[] = [nodeGpu, webgpu, node, wasm, cpu];

/**
 * Chooses a backend, loads and starts it, and gives tfjs its gradients. 'auto' takes the first that starts: in Node node-gpu,
 * webgpu on a hardware adapter, node, wasm; in a browser webgpu on a hardware adapter, wasm. When it fails, the backend in use
 * before is in use again.
 *
 * Called again it changes the backend, and every tfjs variable moves along with its numbers: networks, optimizers, averages. Other
 * tensors stay where they are. After a WebGPU device has failed, useBackend('webgpu') starts a new one; what was on the old one is
 * lost, variables included, until a checkpoint is restored.
 *
 * @throws GM_OPTION when `threads` is not a whole number from 1 to 64
 * @throws GM_MEMORY when a variable is too large for the device
 * @throws GM_BACKEND when the name is unknown, or the backend cannot start, with the reason and what mends it
 * @example const { name, reason } = await useBackend()  // 'wasm', 'nothing else is installed; wasm with relaxed SIMD, 2 threads'
 */
export async function useBackend(
  name: BackendName | 'auto' = 'auto',
  options: BackendOptions = {},
): Promise<BackendInfo> {
  checkThreads('useBackend', options.threads);
  registerGradients();
  if (name !== 'auto') {
    const obstacle = await start(known(name), options);
    if (!obstacle) return inform(known(name), 'asked for');
    if (isGmError(obstacle.cause)) throw obstacle.cause; // says it all
    throw refusal(name, [[known(name), obstacle]]);
  }
  const skipped: [Backend, Obstacle][] = [];
  for (const backend of inNode ? [nodeGpu, webgpu, node, wasm] : [webgpu, wasm]) {
    const obstacle = await start(backend, options);
    if (!obstacle) return inform(backend, reasonOf(skipped));
    skipped.push([backend, obstacle]);
  }
  throw refusal(name, skipped);
}

function known(name: string): Backend {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend) return backend;
  throw gmError('GM_BACKEND', {
    where: 'useBackend',
    expected: `one of auto, ${backendNames.join(', ')}`,
    received: `'${name}'`,
    remedy: 'Choose one of them.',
  });
}

/** Loads and starts; gives back what stood in the way, and leaves the former backend in use then. */
async function start(backend: Backend, options: BackendOptions): Promise<Obstacle | undefined> {
  const former = getBackend() as string | undefined;
  try {
    const obstacle = await backend.obstacle(options);
    if (obstacle) return obstacle;
    await loaded(backend, options);
    if (await setBackend(backend.tfjsName)) {
      await backend.started?.();
      await moveVariables();
      return undefined;
    }
    await restore(former);
    return { why: 'tfjs could not start it', mend: backend.remedy, installed: true, cause: backend.failure?.() };
  } catch (cause) {
    await restore(former);
    return { why: `it fails with '${messageOf(cause)}'`, mend: backend.remedy, installed: true, cause };
  }
}

/** What it brings along may put gradients of its own in the place of ours, also when it fails. */
async function loaded(backend: Backend, options: BackendOptions): Promise<void> {
  try {
    await backend.load(options);
  } finally {
    registerGradients();
  }
}

async function restore(former: string | undefined): Promise<void> {
  if (former && getBackend() !== former) await setBackend(former);
}

async function inform(backend: Backend, why: string): Promise<BackendInfo> {
  const details = await backend.details();
  const { simd, fused, threads, limit, device } = details;
  const features = [
    simd && (fused ? 'relaxed SIMD' : 'SIMD'),
    threads && `${threads} thread${threads > 1 ? 's' : ''}${limit ? ` (${limit})` : ''}`,
  ];
  const how = features.filter(Boolean).join(', ') || device;
  return { name: backend.name, tfjsName: backend.tfjsName, reason: `${why}; ${backend.name} with ${how}`, ...details };
}

/** In Node only what is installed is worth a word; a page may not know that its browser has no WebGPU. */
function reasonOf(skipped: readonly [Backend, Obstacle][]): string {
  const broken = skipped.filter(([, { installed }]) => installed || !inNode);
  if (skipped.length === 0) return 'the first choice';
  if (broken.length === 0) return 'nothing else is installed';
  return broken.map(([{ name }, { why }]) => `${name} was passed over: ${why}`).join('; ');
}

function refusal(name: string, obstacles: readonly [Backend, Obstacle][]) {
  return gmError('GM_BACKEND', {
    where: 'useBackend',
    expected: name === 'auto' ? 'a backend that starts' : `'${name}' to start`,
    received: obstacles.map(([backend, { why }]) => `${backend.name}: ${why}`).join('; '),
    remedy: sentence(obstacles.at(-1)![1].mend),
    cause: obstacles.at(-1)![1].cause,
  });
}

const sentence = (text: string) => (text.endsWith('.') ? text : `${text}.`);
const messageOf = (error: unknown) => (error instanceof Error ? error.message.split('\n')[0] : String(error));
