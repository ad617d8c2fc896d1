import { expose } from 'comlink';
import { type Kept, keep } from '../storage.js';
import { engine } from './engine.js';

const own = engine();
let held: { readonly bytes: Uint8Array; readonly step: number } | undefined;

/** The engine, and keeping its run in the browser from here: a checkpoint of megabytes would hold the page up. */
const worker = {
  ...own,
  /** Takes the checkpoint that is to be kept. @returns its step, every metric up to which has been said */
  async hold(): Promise<number> {
    held = await own.checkpoint();
    return held.step;
  },
  /** Keeps what is held, with what the page knows of it. */
  async keep(run: Omit<Kept, 'checkpoint' | 'step'>): Promise<void> {
    if (held) await keep({ ...run, checkpoint: held.bytes, step: held.step });
    held = undefined;
  },
};

export type Worker = typeof worker;

expose(worker);
