import { computed, signal } from '@preact/signals';
import type { Composition } from '../composition/composition.js';
import { PRESETS } from '../composition/presets.js';
import type { Progress, Refusals, Started, StartOptions } from '../engine/protocol.js';
import { warningsOf } from './health.js';
import type { Curves } from './record.js';

/** What the page shows. Only `actions.ts` changes it. */
export const composition = signal<Composition>(PRESETS[0]!.composition);
export const started = signal<Started | undefined>(undefined);
export const progress = signal<Omit<Progress, 'rows'>>({
  step: 0,
  epoch: 0,
  stepsPerSecond: 0,
  examplesPerSecond: 0,
  playing: false,
});
export const playing = computed(() => progress.value.playing);
export const step = computed(() => progress.value.step);
/** A composition is being made. */
export const starting = signal(true);
export const refusals = signal<Refusals>({});
/** What went wrong, in full; none once something goes right. */
export const failure = signal<string | undefined>(undefined);
/** The last change of state, for screen readers and the status line. */
export const status = signal('Starting …');
/** How the run is kept in the browser now, in words. */
export const keeping = signal('Not kept yet.');
export const backend = signal<StartOptions['backend']>('auto');
/** Steps a second at most; 0 is without limit. */
export const speed = signal(0);
/** Multiplies all learning rates. */
export const rateFactor = signal(1);
/** IDX file of the user's own images. */
export const images = signal<Uint8Array | undefined>(undefined);
/** The metrics so far. It is changed in place; `charted` counts the changes. */
export const record: { curves: Curves } = { curves: {} };
export const charted = signal(0);
export const warnings = computed(() => {
  charted.value;
  return warningsOf(record.curves, composition.value);
});
