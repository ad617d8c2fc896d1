import type { Composition } from '../composition/composition.js';
import { attempt, compose } from './actions.js';
import { mayEnd } from './mayEnd.js';

/**
 * Begins a run of another composition; asks first where a long one would be lost.
 *
 * @param images  the user's own images from now on
 * @returns whether it did: not where the user keeps the run, or the composition is refused
 */
export async function change(next: Composition, images?: Uint8Array): Promise<boolean> {
  return (await mayEnd()) && attempt(() => compose(next, images && { images }));
}
