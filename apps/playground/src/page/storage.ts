import { get, set } from 'idb-keyval';
import type { Composition } from '../composition/composition.js';
import type { Curves } from './record.js';

/** A run as the browser keeps it. */
export interface Kept {
  readonly composition: Composition;
  readonly checkpoint: Uint8Array;
  readonly step: number;
  readonly curves: Curves;
  readonly images?: Uint8Array;
}

const KEY = 'run';

/** @throws where the browser keeps nothing, in some private windows for instance */
export const keep = (run: Kept): Promise<void> => set(KEY, run);

/** None where nothing is kept, or the browser keeps nothing. */
export const kept = (): Promise<Kept | undefined> => get<Kept>(KEY).catch(() => undefined);
