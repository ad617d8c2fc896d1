import { CHOICES, type Choosable, type Composition, mediaOf } from '../composition/composition.js';
import { defaultsFor } from '../composition/presets.js';
import { slotsOf } from '../composition/slots.js';
import type { Queue } from './inTurn.js';
import type { Refusals } from './protocol.js';
import { type ComposeOptions, compose } from './session.js';

/** As good as any to see whether parts fit. */
const NARROW = 8;
const SOME_POINTS = [0, 0, 1, 1, 2, 2, 3, 3];

interface Trying {
  /** Steps of training fall between two trials. */
  readonly inTurn: Queue;
  readonly optionsFor: (composition: Composition) => Promise<ComposeOptions>;
}

/** Tries every choice of every slot on narrow parts: what is refused, and why. */
export async function refusalsOf(composition: Composition, { inTurn, optionsFor }: Trying): Promise<Refusals> {
  const refusals: Record<string, Record<string, string>> = {};
  for (const slot of ['data', ...slotsOf(composition)] as const) {
    if (!(slot in CHOICES)) continue;
    for (const value of Object.keys(CHOICES[slot as Choosable])) {
      const reason = await inTurn(() => reasonAgainst(changed(composition, slot, value), optionsFor));
      if (reason) refusals[slot] = { ...refusals[slot], [value]: reason };
    }
  }
  return refusals;
}

/** Other media bring other defaults along. */
function changed(composition: Composition, slot: string, value: string): Composition {
  const next = { ...composition, [slot]: value } as Composition;
  const kept =
    mediaOf(next) === mediaOf(composition) ? next : { ...defaultsFor(next.system, next.data), data: next.data };
  return { ...kept, hidden: NARROW, batch: 2, perClass: 1, ...(kept.data === 'points' && { points: SOME_POINTS }) };
}

async function reasonAgainst(composition: Composition, optionsFor: Trying['optionsFor']): Promise<string | undefined> {
  try {
    (await compose(composition, await optionsFor(composition))).dispose();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
