import { getBackend } from '@tensorflow/tfjs-core';
import { type BackendDetails, type BackendName, type BackendOptions, backendNames } from './backend.js';
import { type Untrainable, untrainable } from './parts.js';
import { backends } from './use.js';

export interface BackendReport extends BackendDetails {
  readonly name: BackendName;
  readonly tfjsName: string;
  /** In use now. */
  readonly current: boolean;
  readonly installed: boolean;
  /** Nothing is known to stand in its way. */
  readonly startable: boolean;
  /** Why it cannot start. */
  readonly why?: string;
  /** What mends that. */
  readonly mend?: string;
  /** Parts that it cannot train for want of kernels; known of the backend in use. */
  readonly cannotTrain?: readonly Untrainable[];
}

/**
 * Every backend, or those of these names: whether it is installed and can start, why not and what mends it, what it runs on. Changes
 * nothing; but looking for the adapter of WebGPU loads its driver.
 *
 * @example for (const { name, startable, why } of await describeBackends()) console.log(name, startable ? 'ready' : why)
 */
export async function describeBackends(
  options: BackendOptions = {},
  names: readonly BackendName[] = backendNames,
): Promise<BackendReport[]> {
  const asked = backends.filter(({ name }) => names.includes(name));
  return Promise.all(
    asked.map(async (backend): Promise<BackendReport> => {
      const { name, tfjsName } = backend;
      // An adapter in use was allowed, software or not.
      const allowed = getBackend() === tfjsName ? { software: true, ...options } : options;
      const obstacle = await backend.obstacle(allowed);
      const current = getBackend() === tfjsName && !obstacle;
      const common = { name, tfjsName, current, installed: obstacle?.installed ?? true, startable: !obstacle };
      if (obstacle) return { ...common, why: obstacle.why, mend: obstacle.mend };
      const details = await backend.details();
      return { ...common, ...details, ...(current && { cannotTrain: untrainable(tfjsName) }) };
    }),
  );
}

/**
 * The backend in use, or undefined when none of those is.
 *
 * @example (await describeBackend())?.device
 */
export async function describeBackend(): Promise<BackendReport | undefined> {
  const names = backends.filter(({ tfjsName }) => tfjsName === getBackend()).map(({ name }) => name);
  return (await describeBackends({}, names)).find(({ current }) => current);
}
