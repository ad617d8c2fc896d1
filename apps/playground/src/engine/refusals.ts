import { isGmError } from '@gm/core';
import { CHOICES, type Choosable, type Composition, type Countable, NUMBERS } from '../composition/composition.js';
import { withChoice } from '../composition/presets.js';
import { printProgram } from '../composition/print.js';
import { programOf } from '../composition/program.js';
import { slotsOf } from '../composition/slots.js';
import type { Queue } from './inTurn.js';
import { objectionTo } from './objection.js';
import type { Refusals } from './protocol.js';
import { type ComposeOptions, compose } from './session.js';

/** As good as any to see whether parts fit. */
const NARROW = 8;
const SOME_POINTS = [0, 0, 1, 1, 2, 2, 3, 3];
/** What the machine cannot do now, whatever is chosen. */
const OF_THE_MACHINE: readonly string[] = ['GM_BACKEND', 'GM_DEVICE', 'GM_MEMORY'];

interface Trying {
  /** Steps of training fall between two trials. */
  readonly inTurn: Queue;
  readonly optionsFor: (composition: Composition) => Promise<ComposeOptions>;
}

/** Tries every choice of every slot on narrow parts: what is refused, and why. A number that nothing depends on is refused as a whole. */
export async function refusalsOf(composition: Composition, { inTurn, optionsFor }: Trying): Promise<Refusals> {
  const refusals: Record<string, Record<string, string>> = {};
  const refuse = (slot: string, value: string, reason: string | undefined) => {
    if (reason) refusals[slot] = { ...refusals[slot], [value]: reason };
  };
  for (const slot of ['system', 'data', ...slotsOf(composition)] as const) {
    if (slot in NUMBERS) refuse(slot, 'all', idle(composition, slot as Countable));
    for (const [value, tried] of choicesOf(composition, slot))
      refuse(slot, value, await inTurn(() => reasonAgainst(narrow(tried), optionsFor)));
  }
  return refusals;
}

/** What could be chosen there, with the composition that it would make. */
function choicesOf(before: Composition, slot: string): readonly (readonly [string, Composition])[] {
  if (slot === 'conditional') return [['true', { ...before, conditional: true }]];
  if (!(slot in CHOICES)) return [];
  return Object.keys(CHOICES[slot as Choosable]).map((value) => {
    const next = withChoice(before, slot as Choosable, value);
    return [value, { ...next, [slot]: value }]; // also where its defaults would choose otherwise
  });
}

const narrow = (composition: Composition): Composition => ({
  ...composition,
  hidden: NARROW,
  batch: 2,
  perClass: 1,
  ...(composition.data === 'points' && { points: SOME_POINTS }),
});

/** Whether no part depends on that number. */
function idle(composition: Composition, slot: Countable): string | undefined {
  const { min, max } = NUMBERS[slot];
  const [least, most] = [min, max].map((value) => printProgram(programOf({ ...composition, [slot]: value })));
  return least === most
    ? 'Nothing depends on it here: the convolutions that are chosen have widths of their own.'
    : undefined;
}

/** What the parts say. That a file cannot be read, or a backend does not run, says nothing about what fits. */
async function reasonAgainst(composition: Composition, optionsFor: Trying['optionsFor']): Promise<string | undefined> {
  const objection = objectionTo(composition);
  if (objection) return objection;
  try {
    (await compose(composition, await optionsFor(composition))).dispose();
    return undefined;
  } catch (error) {
    return isGmError(error) && !OF_THE_MACHINE.includes(error.code) ? error.message : undefined;
  }
}
