import { engine } from './engine.js';
import * as state from './state.js';

/** Milliseconds between two saves while training, at least. */
const SAVE_EVERY = 1500;
/** Saves take at most one part in so many of the time. */
const SHARE = 10;

/** What was saved last: of which run, at which step, with which settings. */
let saved: { readonly of: unknown; readonly as: string } | undefined;
let last: Promise<void> = Promise.resolve();
let due = 0;

/** Keeps the run in the browser, unless it is kept as it is; after whatever is being saved now. */
export function save(): Promise<void> {
  last = last.then(saveNow);
  return last;
}

/** Called after steps: saves where it is time to. */
export function saveInTime(): void {
  if (performance.now() < due) return;
  due = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  void save().then(() => {
    const now = performance.now();
    due = now + Math.max(SAVE_EVERY, (SHARE - 1) * (now - begun));
  });
}

async function saveNow(): Promise<void> {
  const [of, images] = [state.started.value, state.images.value];
  if (!of || state.starting.value) return;
  const [composition, rateFactor, speed] = [state.composition.value, state.rateFactor.value, state.speed.value];
  const { curves } = state.record; // of this run, whichever is shown later
  const asOf = (step: number) => `${step} ${rateFactor} ${speed}`;
  if (saved?.of === of && saved.as === asOf(state.step.value)) return;
  const isNew = saved?.of !== of; // they are large, and stay the same for a run
  const own = composition.data === 'images' && images && isNew ? { images } : {};
  try {
    const step = await engine.hold();
    await engine.keep({ composition, curves, rateFactor, speed, ...own });
    saved = { of, as: asOf(step) };
    if (of === state.started.value) state.keeping.value = `Kept at step ${step.toLocaleString('en')}.`;
  } catch (error) {
    state.keeping.value = `Not kept: ${(error as Error).message}`;
  }
}
