import { inNode } from '../platform.js';
import type { Kernels } from './sidecar.js';
import { canShare, type Job, startHelper } from './workers.js';

/** The threads that compute together: the calling one, and helpers. */
export interface Pool {
  readonly threads: number;
  /** Why there are not as many as were asked for. */
  readonly limit: string | undefined;
  /** Calls take turns. */
  setThreads(count: number): Promise<void>;
}

export interface PoolOptions extends Omit<Job, 'count' | 'own'> {
  readonly kernels: Kernels;
  /** Makes the memory that a thread needs for itself alone. */
  readonly ownMemory: () => number;
  /** Puts the control block back as it was at first. */
  readonly clearControl: () => void;
}

export function poolOf({ kernels, ownMemory, clearControl, ...job }: PoolOptions): Pool {
  const own: number[] = [];
  let helpers: ReturnType<typeof startHelper>[] = [];
  let limit: string | undefined;
  let turn = Promise.resolve();

  async function stop(): Promise<void> {
    kernels.setThreads!(1);
    kernels.stop!();
    const ending = helpers.map((helper) => helper.end());
    helpers = [];
    await Promise.all(ending);
    clearControl();
  }

  async function start(count: number): Promise<void> {
    while (own.length < count - 1) own.push(ownMemory());
    try {
      for (const place of own.slice(0, count - 1)) helpers.push(startHelper({ ...job, count, own: place }));
      await Promise.all(helpers.map(({ ready }) => ready));
      kernels.setThreads!(count);
    } catch (error) {
      limit = `threads do not start: ${error instanceof Error ? error.message : error}`;
      console.warn(`gm: ${limit}; wasm goes on with one thread.`);
      await stop();
    }
  }

  async function change(count: number): Promise<void> {
    limit = count === 1 ? undefined : obstacle(job.memory);
    const possible = limit === undefined ? count : 1;
    if (possible === 1 + helpers.length) return;
    if (helpers.length > 0) await stop();
    if (possible > 1) await start(possible);
  }

  return {
    get threads() {
      return 1 + helpers.length;
    },
    get limit() {
      return limit;
    },
    setThreads(count) {
      const changed = turn.then(() => change(count));
      turn = changed.catch(() => {});
      return changed;
    },
  };
}

function obstacle({ buffer }: WebAssembly.Memory): string | undefined {
  if (!canShare()) return inNode ? 'this process has no SharedArrayBuffer' : 'the page is not cross-origin isolated';
  if (buffer instanceof SharedArrayBuffer) return undefined;
  return 'the memory of tfjs is not shared: it had started before, or the system does not grant such memory';
}
