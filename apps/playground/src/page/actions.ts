import { proxy } from 'comlink';
import type { Composition } from '../composition/composition.js';
import { PRESETS } from '../composition/presets.js';
import { fromHash, toHash } from '../composition/url.js';
import type { Progress } from '../engine/protocol.js';
import { engine } from './engine.js';
import { addRows } from './record.js';
import * as state from './state.js';
import { type Kept, keep, kept } from './storage.js';

/** Milliseconds between two saves while training. */
const SAVE_EVERY = 10_000;

/** Whether software adapters of WebGPU will do, for tests. */
const software = new URLSearchParams(location.search).has('software');

/** The newest start wins: an older one that is still under way is not shown any more. */
let newest = 0;
let savedAt = -1;

/** Opens the page: the kept run, or what the address says, or the first preset. */
export async function begin(): Promise<void> {
  Object.assign(window, { playground: { engine, record: state.record } });
  setInterval(() => state.playing.value && void save(), SAVE_EVERY);
  document.addEventListener('visibilitychange', () => document.hidden && void save());
  addEventListener('hashchange', () => attempt(async () => fromAddress()));
  await attempt(async () => {
    const [asked, found] = [fromHash(location.hash), await kept()];
    if (!found || (asked && toHash(asked) !== toHash(found.composition)))
      return compose(asked ?? PRESETS[0]!.composition);
    return resume(found);
  });
}

async function fromAddress(): Promise<void> {
  const asked = fromHash(location.hash);
  if (asked && toHash(asked) !== toHash(state.composition.value)) await compose(asked);
}

async function resume({ composition, checkpoint, curves, images }: Kept): Promise<void> {
  state.images.value = images;
  try {
    await compose(composition, checkpoint);
    state.record.curves = curves;
    state.charted.value += 1;
    state.status.value = `Resumed at step ${state.step.value.toLocaleString('en')}.`;
  } catch (error) {
    await compose(composition);
    throw new Error(`The kept run cannot be resumed, so this is a new one. ${(error as Error).message}`);
  }
}

/** Makes a run of the composition, from its beginning or a checkpoint, and shows it. */
export async function compose(next: Composition, checkpoint?: Uint8Array): Promise<void> {
  newest += 1;
  const own = newest;
  state.composition.value = next;
  window.history.replaceState(undefined, '', `#${toHash(next)}`);
  state.starting.value = true;
  state.failure.value = undefined;
  state.status.value = 'Composing …';
  const images = state.images.value;
  const options = {
    composition: next,
    backend: state.backend.value,
    site: document.baseURI,
    software,
    ...(images && { files: { images } }),
    ...(checkpoint && { checkpoint }),
  };
  try {
    const made = await engine.start(
      options,
      proxy((said: Progress) => {
        if (own === newest) hear(said);
      }),
      proxy((message: string) => {
        if (own === newest) fail(message);
      }),
    );
    if (own !== newest) return;
    state.record.curves = {};
    savedAt = checkpoint ? made.step : -1;
    state.started.value = made;
    state.progress.value = { step: made.step, epoch: 0, stepsPerSecond: 0, examplesPerSecond: 0, playing: false };
    state.charted.value += 1;
    state.status.value = 'Ready.';
  } catch (error) {
    if (own !== newest) return;
    state.started.value = undefined;
    state.status.value = 'Not ready.';
    throw error;
  } finally {
    if (own === newest) state.starting.value = false;
    void refresh(next);
  }
}

/** Asks which choices fit. */
async function refresh(of: Composition): Promise<void> {
  const found = await engine.refusals(of).catch(() => ({}));
  if (of === state.composition.value) state.refusals.value = found;
}

function hear({ rows, ...progress }: Progress): void {
  addRows(state.record.curves, rows);
  state.progress.value = progress;
  if (rows.length > 0) state.charted.value += 1;
}

function fail(message: string): void {
  state.failure.value = message;
  state.status.value = 'Training stopped.';
}

/** Does something that may fail, and shows why it did. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    state.failure.value = (error as Error).message;
  }
}

export const play = () =>
  attempt(async () => {
    state.failure.value = undefined;
    await engine.play();
    state.progress.value = { ...state.progress.value, playing: true };
    state.status.value = 'Training.';
  });

export const pause = () =>
  attempt(async () => {
    await engine.pause();
    state.progress.value = { ...state.progress.value, playing: false };
    state.status.value = `Paused at step ${state.step.value.toLocaleString('en')}.`;
    await save();
  });

export const stepOnce = () =>
  attempt(async () => {
    await engine.stepOnce();
    await save();
  });

export const anew = () => attempt(() => compose(state.composition.value));

export const setSpeed = (perSecond: number) => {
  state.speed.value = perSecond;
  void engine.setSpeed(perSecond);
};

export const setRateFactor = (factor: number) => {
  state.rateFactor.value = factor;
  void engine.setLearningRate(factor);
};

/** Goes on with the run on another backend. */
export const setBackend = (name: typeof state.backend.value) =>
  attempt(async () => {
    const [own, { curves }] = [newest, state.record];
    const checkpoint = state.started.value && (await engine.checkpoint()).bytes;
    state.backend.value = name;
    // Where something else has been composed meanwhile, its run begins anew there.
    if (own !== newest) return compose(state.composition.value);
    await compose(state.composition.value, checkpoint);
    state.record.curves = curves;
    state.charted.value += 1;
  });

/** Keeps the run in the browser, unless it is kept as it is. */
export async function save(): Promise<void> {
  if (!state.started.value || state.starting.value) return;
  const own = newest;
  try {
    const { bytes, step } = await engine.checkpoint();
    if (step === savedAt || own !== newest) return;
    const images = state.images.value;
    const { curves } = state.record;
    await keep({ composition: state.composition.value, checkpoint: bytes, step, curves, ...(images && { images }) });
    savedAt = step;
  } catch (error) {
    state.status.value = `Not kept: ${(error as Error).message}`;
  }
}
