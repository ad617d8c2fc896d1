import { delMany, get, getMany, set, update } from 'idb-keyval';
import { type Composition, checkComposition } from './composition/composition.js';
import { toHash } from './composition/url.js';
import type { Curves } from './page/record.js';

/** A run as the browser keeps it. */
export interface Kept {
  readonly composition: Composition;
  readonly checkpoint: Uint8Array;
  readonly step: number;
  readonly curves: Curves;
  readonly rateFactor: number;
  readonly speed: number;
  /** The user's own, an IDX file. */
  readonly images?: Uint8Array;
}

/** How many runs are kept, the newest ones. */
export const MOST = 8;

/** Where the addresses of the kept runs are, the newest first. */
const RUNS = 'runs';
const runAt = (address: string) => `run ${address}`;
const imagesAt = (address: string) => `images ${address}`;

/**
 * Keeps the run under its address, and forgets the oldest one where there are too many. Images that are not given again stay.
 *
 * @throws where the browser keeps nothing, in some private windows for instance
 */
export async function keep({ images, ...run }: Kept): Promise<void> {
  const address = toHash(run.composition);
  if (images) await set(imagesAt(address), images);
  await set(runAt(address), run);
  let forgotten: string[] = [];
  await update<string[]>(RUNS, (before = []) => {
    const all = [address, ...before.filter((one) => one !== address)];
    forgotten = all.slice(MOST);
    return all.slice(0, MOST);
  });
  await delMany(forgotten.flatMap((one) => [runAt(one), imagesAt(one)]));
}

/**
 * The run of that composition, or the newest one. None where none is kept, or the browser keeps nothing.
 *
 * @throws when it is of a composition that this page does not know, naming the field
 */
export async function kept(of?: Composition): Promise<Kept | undefined> {
  const [address] = of
    ? [toHash(of)]
    : await get<string[]>(RUNS)
        .catch(() => [])
        .then((all) => all ?? []);
  if (address === undefined) return undefined;
  const [run, images] = await getMany([runAt(address), imagesAt(address)]).catch(() => []);
  return run && { ...run, composition: checkComposition(run.composition), ...(images && { images }) };
}
