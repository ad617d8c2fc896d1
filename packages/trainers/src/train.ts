import { type BatchSource, checkFits, checkNumber, gmError, showShape } from '@gm/core';
import { dispose } from '@tensorflow/tfjs-core';
import { checkLabels } from './batch.js';
import { encodeCheckpoint } from './checkpoint.js';
import { blameSettled, listen } from './device.js';
import { goalOf, type Lengths } from './goal.js';
import { lifeline } from './lifeline.js';
import { type Report, reportWindow } from './reportWindow.js';
import type { GameTrainer, Metrics } from './trainer.js';

/** Why training ended. */
type Outcome = 'finished' | 'aborted';

export type TrainEvent =
  | { readonly type: 'start'; readonly step: number }
  | Report
  | { readonly type: 'checkpoint'; readonly step: number }
  /** The device failed and works again: training goes on after this step, and what was said of later ones is said again. */
  | { readonly type: 'recovered'; readonly step: number }
  | { readonly type: 'end'; readonly step: number; readonly seconds: number; readonly reason: Outcome };

export interface TrainOptions extends Lengths {
  /** Ends training cleanly after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Steps between reports. Default 50. */
  readonly reportEvery?: number;
  /** Steps between checks that all losses and gradients are finite; each waits for the device. Default 1. */
  readonly guardEvery?: number;
  readonly checkpoint?: CheckpointPlan;
  /**
   * Makes the device usable again when it has failed; training then goes on from the newest checkpoint of this call, or from where
   * it began, and ends as if nothing had happened, bit for bit on the same adapter. Give `checkpoint.every` with it. What training
   * does not change is not in a checkpoint: networks that no player moves, and batches kept as tensors, have to be made again in
   * here. When it throws, training ends with that error; after three failures without a new checkpoint, with the failure.
   *
   * @example () => useBackend('webgpu')
   */
  recover?(): Promise<unknown>;
}

export interface CheckpointPlan {
  /** Receives the bytes of `encodeCheckpoint`; training waits for it. */
  save(bytes: Uint8Array, step: number): void | Promise<void>;
  /** Steps between saves; only at the end and on abort when left out. */
  readonly every?: number;
  /** Strings to travel along. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Trains as a stream of events; stop it by leaving the loop or by `signal`. A report of a step comes before its checkpoint.
 *
 * @throws GM_OPTION, GM_FIT, GM_LABEL before the first step; GM_NOT_FINITE at the step whose loss or gradient is NaN or infinite;
 *   GM_DEVICE within one step of the failure of the device, unless `recover` mends it; GM_BACKEND when the run lies on another backend
 * @example for await (const event of train(run, batches, { epochs: 5 })) if (event.type === 'report') console.log(event.metrics)
 */
export async function* train<Batch>(
  run: GameTrainer<Batch>,
  batches: BatchSource<Batch>,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { signal, reportEvery = 50, guardEvery = 1, checkpoint, recover } = options;
  checkOptions(reportEvery, guardEvery, checkpoint);
  checkData(run, batches);
  const from = run.steps;
  const goal = goalOf(run, batches, options);
  const window = reportWindow(run, batches, goal);
  const begun = performance.now();
  const breathe = breather();
  const kept = lifeline(run, recover);
  const saves = saver(run, checkpoint, (bytes) => kept.keep(bytes, window.mark()));
  const outcome = (): Outcome | undefined =>
    goal.progress() >= 1 ? 'finished' : signal?.aborted ? 'aborted' : undefined;

  /** To the end, unless something fails. */
  async function* stretch(): AsyncGenerator<TrainEvent, Outcome> {
    if (saves.due()) yield* saves.save(); // cut short by a failure
    let reason = outcome();
    while (reason === undefined) {
      window.add(await stepOnce(run, batches, from));
      reason = outcome();
      const due = reason !== undefined || run.steps % reportEvery === 0;
      if (due || run.steps % guardEvery === 0 || saves.due()) await window.read();
      else await listen(run.steps);
      if (due) yield window.report();
      if (saves.due()) yield* saves.save();
      await breathe();
      reason ??= outcome();
    }
    yield* saves.save();
    return reason;
  }

  if (recover) kept.keep(await encodeCheckpoint(run), window.mark());
  yield { type: 'start', step: run.steps };
  let reason: Outcome | undefined;
  try {
    while (reason === undefined) {
      try {
        reason = yield* stretch();
      } catch (error) {
        window.goBack(await kept.goBack(await blameSettled(error)));
        yield { type: 'recovered', step: run.steps };
      }
    }
  } finally {
    window.dispose();
  }
  yield { type: 'end', step: run.steps, seconds: (performance.now() - begun) / 1000, reason };
}

/** Saves the run by plan, unless it has not moved since it was saved last. */
function saver<Batch>(run: GameTrainer<Batch>, plan: CheckpointPlan | undefined, encoded: (bytes: Uint8Array) => void) {
  const from = run.steps;
  let savedAt = -1;
  return {
    /** A save by `every`. */
    due: () => plan?.every !== undefined && run.steps > from && run.steps % plan.every === 0 && savedAt !== run.steps,
    async *save(): AsyncGenerator<TrainEvent, void> {
      if (plan === undefined || savedAt === run.steps) return;
      const bytes = await encodeCheckpoint(run, plan.metadata);
      encoded(bytes);
      await plan.save(bytes, run.steps);
      savedAt = run.steps;
      yield { type: 'checkpoint', step: run.steps };
    },
  };
}

/** Gives the event loop a turn at least 50 times a second: on a CPU backend nothing else would, and no signal be heard. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 20) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}

async function stepOnce<Batch>(run: GameTrainer<Batch>, batches: BatchSource<Batch>, first: number): Promise<Metrics> {
  const batch = await batches.at(run.steps);
  try {
    if (run.steps === first) await checkLabels(run.game, batch);
    return run.step(batch);
  } finally {
    dispose(batch as never);
  }
}

function checkOptions(reportEvery: number, guardEvery: number, checkpoint: CheckpointPlan | undefined): void {
  for (const [name, value] of Object.entries({ reportEvery, guardEvery, 'checkpoint.every': checkpoint?.every ?? 1 })) {
    checkNumber('train', name, value, { min: 1, integer: true });
  }
}

function checkData<Batch>({ game }: GameTrainer<Batch>, source: BatchSource<Batch>): void {
  const { example, classes, targets, batchSize } = source;
  checkFits({ name: 'data', spec: example }, { name: 'model', spec: game.input });
  if (game.batchSize !== undefined && game.batchSize !== batchSize) throw missized(game.batchSize, batchSize);
  if (game.targets !== undefined && `${game.targets}` !== `${targets}`) throw mistargeted(game.targets, targets);
  if (game.classes === undefined || game.classes === classes) return;
  throw gmError('GM_LABEL', {
    where: 'train',
    expected: `data with labels of ${game.classes} classes`,
    received: classes === undefined ? 'no labels' : `${classes} classes`,
    remedy: 'Choose data with those labels, or build the head for that many classes.',
  });
}

function missized(expected: number, received: number) {
  return gmError('GM_FIT', {
    where: 'data → model',
    expected: `batches of ${expected}`,
    received: `${received}`,
    remedy: 'Make source and game for the same batch size.',
  });
}

function mistargeted(expected: readonly number[], received: readonly number[] | undefined) {
  return gmError('GM_FIT', {
    where: 'data → model',
    expected: `targets ${showShape(expected)}`,
    received: received === undefined ? 'none' : showShape(received),
    remedy: 'Choose data with those targets, or build the network for them.',
  });
}
