import { checkNumber, gmError, type OptimizerState, type RandomState, restored, showShape } from '@gm/core';
import { decodeSafetensors, encodeSafetensors } from '@gm/networks';
import { type NamedTensorMap, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { copyOf } from './copy.js';
import { checkDevice, trusted } from './device.js';
import { areHere, checkPlace } from './place.js';
import { type GameTrainer, stateOf } from './trainer.js';

type Arrays = Parameters<typeof encodeSafetensors>[0];

/** A run as a value: with the composition and the data it was made from, it continues bit for bit on the same backend. */
export interface Checkpoint {
  /** Completed steps; also the data cursor. */
  readonly steps: number;
  readonly random: RandomState;
  readonly optimizers: Readonly<
    Record<string, { readonly name: string; readonly counters: Readonly<Record<string, number>> }>
  >;
  readonly arrays: Arrays;
  /** What the caller of `encodeCheckpoint` added. */
  readonly metadata: Readonly<Record<string, string>>;
}

const FORMAT = 'gm-run-1';

/**
 * The whole state of a run in one safetensors file: parameters, buffers, optimizer slots, averages, random state, step,
 * and a SHA-256 of it all.
 *
 * @param metadata  strings of your own to travel along
 * @throws GM_NOT_FINITE when any number is NaN or infinite: a broken state is never written. GM_DEVICE when the device has failed by
 *   the time that all is read: what it gives then is never written either. GM_BACKEND when the run lies on another backend
 * @example await saveCheckpoint('run.safetensors', await encodeCheckpoint(run))
 */
export async function encodeCheckpoint<Batch>(
  run: GameTrainer<Batch>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  checkDevice();
  checkPlace('encodeCheckpoint', stateOf(run));
  // All of it is taken before the first wait: a step in the meantime must not mix two moments into one file.
  const tensors = Object.entries(copiesOf(stateOf(run)));
  const optimizers = Object.fromEntries(
    Object.entries(run.optimizers).map(([player, { name, state }]) => [
      player,
      { name, counters: { ...state().counters } },
    ]),
  );
  const state = { steps: run.steps, random: run.random.state, optimizers, metadata };
  const arrays = await trusted(() => arraysOf(tensors));
  const sealed = { format: FORMAT, state: JSON.stringify(state) };
  const sha256 = await digest(encodeSafetensors(arrays, sealed));
  return encodeSafetensors(arrays, { ...sealed, sha256 });
}

/**
 * Reads what `encodeCheckpoint` gave.
 *
 * @throws GM_CHECKPOINT when the bytes are damaged, truncated or of another format
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const { arrays, metadata } = decodeSafetensors(bytes);
  const { sha256, ...sealed } = metadata;
  if (sealed.format !== FORMAT)
    throw damage(`the format ${FORMAT}`, `'${sealed.format ?? 'none'}'`, 'Pass a checkpoint of a training run.');
  if ((await digest(encodeSafetensors(arrays, sealed))) !== sha256) {
    throw damage('contents that match their SHA-256', 'other contents', 'The file is damaged; use an earlier copy.');
  }
  return { ...JSON.parse(sealed.state ?? '{}'), arrays } as Checkpoint;
}

/**
 * Continues `run` from a checkpoint, on the backend in use wherever the run lay before. Everything is compared and made before
 * anything is changed: when it throws, the run is as it was.
 *
 * @throws GM_CHECKPOINT when the checkpoint is of another composition, naming the first difference; GM_DEVICE when the device in use
 *   has failed
 * @example restoreCheckpoint(run, await decodeCheckpoint(bytes))
 */
export function restoreCheckpoint<Batch>(run: GameTrainer<Batch>, checkpoint: Checkpoint): void {
  const { arrays, steps, random } = checkpoint;
  checkDevice();
  const state = stateOf(run);
  const fixed = Object.entries(state).filter(([name]) => !name.startsWith('optimizers/'));
  checkSameTensors(new Map(fixed), arrays);
  checkOptimizers(run, checkpoint);
  checkNumber('restoreCheckpoint', 'steps', steps, { min: 0, integer: true });
  restored(random); // throws when it is none
  tidy(() => {
    const values = fixed.map(([name, target]) => [target as Variable, tensorOf(arrays[name]!)] as const);
    restoreOptimizers(run, checkpoint);
    for (const [target, value] of values) target.assign(value);
  });
  run.continueFrom({ steps, random });
}

/** All of them continue, or none does. */
function restoreOptimizers<Batch>(run: GameTrainer<Batch>, { arrays, optimizers }: Checkpoint): void {
  const entries = Object.entries(run.optimizers);
  const states = entries.map(([player]) => {
    const slots = Object.fromEntries(slotsOf(player, arrays).map(([name, array]) => [name, tensorOf(array)]));
    return { slots, counters: optimizers[player]!.counters };
  });
  const undo: (() => void)[] = [];
  try {
    for (const [index, [, optimizer]] of entries.entries()) {
      const former = index + 1 < entries.length ? stateToReturnTo(optimizer.state()) : undefined;
      optimizer.restore(states[index]!);
      if (former) undo.push(() => optimizer.restore(former));
    }
  } catch (error) {
    for (const back of undo) back();
    throw error;
  }
}

/** None where the numbers lie on a backend that is not in use, and are perhaps lost with their device. */
function stateToReturnTo({ slots, counters }: OptimizerState): OptimizerState | undefined {
  if (!areHere(Object.values(slots))) return undefined;
  return { slots: copiesOf(slots), counters: { ...counters } };
}

/** The caller owns them; none is left when one of them cannot be made. */
function copiesOf(tensors: Readonly<Record<string, Tensor>>): NamedTensorMap {
  return tidy(() => Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, copyOf(value)])));
}

/** Reads tensors and frees them. */
async function arraysOf(tensors: readonly [string, Tensor][]): Promise<Arrays> {
  try {
    const values = await Promise.all(tensors.map(([, value]) => value.data()));
    const entries = tensors.map(
      ([name, { dtype, shape }], index) => [name, { dtype, shape, data: values[index] }] as const,
    );
    for (const [name, { data }] of entries) checkFinite(name, data as Float32Array);
    return Object.fromEntries(entries) as unknown as Arrays;
  } finally {
    for (const [, value] of tensors) value.dispose();
  }
}

function checkFinite(name: string, data: ArrayLike<number>): void {
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    throw gmError('GM_NOT_FINITE', {
      where: 'encodeCheckpoint',
      expected: 'finite numbers',
      received: `${data[index]} in ${name}`,
      remedy: 'Go back to an earlier checkpoint; lower the learning rate or set clipNorm.',
    });
  }
}

/** In memory of its own: a tensor on the cpu backend may be the array it was made of, which an update in place would write through. */
function tensorOf({ dtype, shape, data }: Arrays[string]): Tensor {
  return tensor((data as Float32Array).slice(), [...shape], dtype);
}

function slotsOf(player: string, arrays: Arrays): [string, Arrays[string]][] {
  const prefix = `optimizers/${player}/`;
  return Object.entries(arrays)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, array]) => [name.slice(prefix.length), array]);
}

function checkSameTensors(wanted: ReadonlyMap<string, Tensor>, arrays: Arrays): void {
  const given = Object.keys(arrays).filter((name) => !name.startsWith('optimizers/'));
  const missing = [...wanted.keys()].find((name) => !(name in arrays));
  const surplus = given.find((name) => !wanted.has(name));
  if (missing !== undefined)
    throw otherComposition(`${missing} in the checkpoint`, surplus === undefined ? 'none' : `${surplus} instead`);
  if (surplus !== undefined) throw otherComposition(`no ${surplus}`, 'one in the checkpoint');
  for (const [name, { shape, dtype }] of wanted) {
    const array = arrays[name]!;
    if (showShape(array.shape) === showShape(shape) && array.dtype === dtype) continue;
    throw otherComposition(`${name} to be ${dtype} ${showShape(shape)}`, `${array.dtype} ${showShape(array.shape)}`);
  }
}

function checkOptimizers<Batch>(run: GameTrainer<Batch>, { optimizers, arrays }: Checkpoint): void {
  for (const [player, { name }] of Object.entries(run.optimizers)) {
    const saved = optimizers[player]?.name ?? 'none';
    if (saved !== name) throw otherComposition(`the optimizer ${name} for player '${player}'`, saved);
    for (const [slot, { shape }] of slotsOf(player, arrays)) {
      const parameter = arrays[`parameters/${slot.slice(slot.indexOf('/') + 1)}`];
      if (parameter === undefined || showShape(parameter.shape) === showShape(shape)) continue;
      throw otherComposition(`the optimizer slot ${slot} to have its parameter's shape`, showShape(shape));
    }
  }
}

function otherComposition(expected: string, received: string) {
  return damage(
    expected,
    received,
    'Compose the run with the same parts, sizes and options as the one that was saved.',
    'restoreCheckpoint',
  );
}

function damage(expected: string, received: string, remedy: string, where = 'decodeCheckpoint') {
  return gmError('GM_CHECKPOINT', { where, expected, received, remedy });
}

async function digest(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw damage('SHA-256 from Web Crypto', 'none', 'Serve the page by https or from localhost.', 'checkpoint');
  }
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
