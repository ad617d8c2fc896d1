import { batch } from '@preact/signals';
import { proxy } from 'comlink';
import { type Composition, withBatchFor } from '../composition/composition.js';
import { PRESETS } from '../composition/presets.js';
import { fromHash, toHash } from '../composition/url.js';
import type { Progress, Started } from '../engine/protocol.js';
import { countOf } from '../idxFile.js';
import { type Kept, kept } from '../storage.js';
import { engine } from './engine.js';
import { mayEnd } from './mayEnd.js';
import { addRows, type Curves, upTo } from './record.js';
import { save, saveInTime } from './saves.js';
import * as state from './state.js';

/** Whether software adapters of WebGPU will do, for tests. */
const software = new URLSearchParams(location.search).has('software');

/** The newest start that was asked for, and the one whose run is shown. */
let [asked, shown] = [0, 0];

/** Opens the page: what the address says, or the newest run, or the first preset. */
export async function begin(): Promise<void> {
  Object.assign(window, { playground: { engine, record: state.record } });
  document.addEventListener('visibilitychange', () => document.hidden && saveBegun());
  addEventListener('hashchange', () => attempt(fromAddress));
  await attempt(async () => {
    const troubles: string[] = [];
    const said = await noting(troubles, () => fromHash(location.hash));
    await open(said, troubles);
  });
}

/** What it gives, or none where it fails; why is added to the troubles. */
async function noting<Result>(troubles: string[], work: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    troubles.push((error as Error).message);
    return undefined;
  }
}

/** Goes on with the kept run of that composition, or with the newest one; else begins one. @throws all troubles, at the end */
async function open(of: Composition | undefined, troubles: string[] = []): Promise<void> {
  const found = await noting(troubles, () => kept(of));
  const resumed = found && (await noting(troubles, () => resume(found)));
  if (!resumed) await noting(troubles, () => compose(of ?? PRESETS[0]!.composition));
  if (troubles.length > 0) throw new Error(troubles.join(' '));
}

/** Another address was typed in. It says what runs again, where the user keeps the run or the address is wrong. */
async function fromAddress(): Promise<void> {
  try {
    const said = fromHash(location.hash);
    const isOther = said && toHash(said) !== toHash(state.composition.value);
    if (isOther && (await mayEnd())) await open(said);
  } finally {
    sayAddress();
  }
}

function sayAddress(): void {
  window.history.replaceState(undefined, '', `#${toHash(state.composition.value)}`);
}

async function resume({ composition, checkpoint, curves, images, step, rateFactor = 1, speed = 0 }: Kept) {
  const own = images && { images };
  await compose(composition, { checkpoint, curves: upTo(curves, step), ...own }).catch((cause) => {
    throw new Error(`The kept run cannot be resumed, so this is a new one. ${(cause as Error).message}`, { cause });
  });
  set({ rateFactor, speed });
  state.status.value = `Resumed at step ${state.step.value.toLocaleString('en')}.`;
  return true;
}

/** What a run begins with, where it is not with nothing. */
export interface Beginning {
  readonly checkpoint?: Uint8Array;
  readonly curves?: Curves;
  /** The user's own from now on. */
  readonly images?: Uint8Array | undefined;
}

/**
 * Makes a run of the composition, and shows it. Where that fails, the run there is goes on, and stays shown.
 *
 * @throws what the parts complain of, or what the user has still to give
 */
export async function compose(wanted: Composition, beginning: Beginning = {}): Promise<void> {
  asked += 1;
  const own = asked;
  const { checkpoint, images = state.images.value } = beginning;
  const next = withBatchFor(wanted, images && countOf(images));
  batch(() => {
    [state.starting.value, state.failure.value, state.status.value] = [true, undefined, 'Composing …'];
  });
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
        if (own === shown) hear(said);
      }),
      proxy((message: string) => {
        if (own === shown) fail(message);
      }),
    );
    shown = own; // whatever was asked for meanwhile, this is what the engine has
    if (!('lacking' in made)) return show(next, { ...beginning, images }, made);
    state.started.value = undefined;
    throw new Error(made.lacking);
  } catch (error) {
    if (own !== asked) return;
    if (state.started.value) state.status.value = resting();
    else show(next, { images });
    throw error;
  } finally {
    if (own === asked) state.starting.value = false;
    void refresh(state.composition.value);
    if (state.started.value && next.data === 'images') void save(); // dropped once, there from now on
  }
}

/** That composition, and its run where there is one. */
function show(next: Composition, { curves = {}, images }: Beginning, made?: Started): void {
  state.record.curves = curves;
  batch(() => {
    state.composition.value = next;
    state.images.value = images;
    state.started.value = made;
    const step = made?.step ?? 0;
    state.progress.value = { step, epoch: 0, stepsPerSecond: 0, examplesPerSecond: 0, playing: false };
    state.charted.value += 1;
    state.status.value = made ? 'Ready.' : 'Not ready.';
    state.keeping.value = 'Not kept yet.';
  });
  sayAddress();
}

/** Asks which choices fit. */
async function refresh(of: Composition): Promise<void> {
  const found = await engine.refusals(of).catch(() => ({}));
  if (of === state.composition.value && !state.starting.value) state.refusals.value = found;
}

function hear({ rows, ...progress }: Progress): void {
  addRows(state.record.curves, rows);
  state.progress.value = progress;
  if (rows.length === 0) return;
  state.charted.value += 1;
  saveInTime();
}

function fail(message: string): void {
  state.failure.value = message;
  state.status.value = 'Training stopped.';
}

/** Does something that may fail, and shows why it did. @returns whether it went well */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    state.failure.value = (error as Error).message;
    return false;
  }
}

/** How things stand, in words. */
function resting(): string {
  if (state.playing.value) return 'Training.';
  return state.step.value === 0 ? 'Ready.' : `Paused at step ${state.step.value.toLocaleString('en')}.`;
}

export const play = () =>
  attempt(async () => {
    state.failure.value = undefined;
    await engine.play();
    state.progress.value = { ...state.progress.value, playing: true };
    state.status.value = resting();
  });

export const pause = () =>
  attempt(async () => {
    await engine.pause();
    state.progress.value = { ...state.progress.value, playing: false };
    state.status.value = resting();
    await save();
  });

export const stepOnce = () =>
  attempt(async () => {
    state.failure.value = undefined;
    await engine.stepOnce();
    if (state.failure.value === undefined) state.status.value = resting();
    await save();
  });

/** From the first step again; the kept run is then that one. */
export const anew = () =>
  attempt(async () => {
    if (!(await mayEnd())) return;
    await compose(state.composition.value);
    await save();
  });

export const setSpeed = (speed: number) => {
  set({ speed });
  saveBegun();
};

export const setRateFactor = (rateFactor: number) => {
  set({ rateFactor });
  saveBegun();
};

function set({ speed = state.speed.value, rateFactor = state.rateFactor.value }: Partial<Kept>): void {
  [state.speed.value, state.rateFactor.value] = [speed, rateFactor];
  void engine.setSpeed(speed);
  void engine.setLearningRate(rateFactor);
}

/** A run that has not begun leaves what is kept of an earlier one as it is. */
function saveBegun(): void {
  if (state.step.value > 0) void save();
}

/** Goes on with the run on another backend; where there is none such, on the one it is on. */
export const setBackend = (name: typeof state.backend.value) =>
  attempt(async () => {
    const former = state.backend.value;
    state.backend.value = name;
    try {
      await moveRun();
    } catch (error) {
      state.backend.value = former;
      throw error;
    }
  });

async function moveRun(): Promise<void> {
  if (!state.started.value) return compose(state.composition.value);
  const [own, wasPlaying] = [asked, state.playing.value];
  if (wasPlaying) await engine.pause();
  try {
    const { bytes } = await engine.checkpoint();
    if (own !== asked) return; // something else has been composed meanwhile, there already
    await compose(state.composition.value, { checkpoint: bytes, curves: state.record.curves });
  } finally {
    if (wasPlaying && state.started.value) await play();
  }
}
