import { wrap } from 'comlink';
import type { Worker as Engine } from '../engine/worker.js';

/** The worker that trains; the page itself never computes with tensors. */
export const engine = wrap<Engine>(new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' }));
