import { type BatchSource, checkFits, checkNumber, gmError } from '@gm/core';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { encodeCheckpoint } from './checkpoint.js';
import { type GameTrainer, type Metrics, readMetrics } from './trainer.js';

/** Why training ended. */
type Outcome = 'finished' | 'aborted';

export type TrainEvent =
  | { readonly type: 'start'; readonly step: number }
  | Report
  | { readonly type: 'checkpoint'; readonly step: number }
  | { readonly type: 'end'; readonly step: number; readonly seconds: number; readonly reason: Outcome };

/** How training goes, over the steps since the report before. */
export interface Report {
  readonly type: 'report';
  /** Completed steps, those before a resume included. */
  readonly step: number;
  /** Passes over the data, with fractions. */
  readonly epoch: number;
  /** Means of the losses by `player/metric`. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly examplesPerSecond: number;
  /** Of this call's work, 0 … 1. */
  readonly progress: number;
  readonly secondsLeft: number;
}

export interface TrainOptions {
  /** Train until so many steps are completed in all. Exactly one of steps, epochs and minutes. */
  readonly steps?: number;
  /** Train until so many passes over the data are completed in all. */
  readonly epochs?: number;
  /** Train for so long from now. */
  readonly minutes?: number;
  /** Ends training cleanly after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Steps between reports. Default 50. */
  readonly reportEvery?: number;
  /** Steps between checks that all losses and gradients are finite; each waits for the device. Default 1. */
  readonly guardEvery?: number;
  readonly checkpoint?: CheckpointPlan;
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
 * Trains as a stream of events; stop it by leaving the loop or by `signal`.
 *
 * @throws GM_OPTION, GM_FIT, GM_LABEL before the first step; GM_NOT_FINITE at the step whose loss or gradient is NaN or infinite
 * @example for await (const event of train(run, batches, { epochs: 5 })) if (event.type === 'report') console.log(event.metrics)
 */
export async function* train<Batch>(
  run: GameTrainer<Batch>,
  batches: BatchSource<Batch>,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { signal, reportEvery = 50, guardEvery = 1, checkpoint } = options;
  checkOptions(reportEvery, guardEvery, checkpoint);
  checkData(run, batches);
  const goal = goalOf(run, batches, options);
  const window = reportWindow(run, batches, goal);
  const begun = performance.now();
  const breathe = breather();
  const save = saver(run, checkpoint);
  const outcome = (): Outcome | undefined =>
    goal.progress() >= 1 ? 'finished' : signal?.aborted ? 'aborted' : undefined;

  yield { type: 'start', step: run.steps };
  let reason = outcome();
  try {
    while (reason === undefined) {
      window.add(await stepOnce(run, batches));
      reason = outcome();
      const due = reason !== undefined || run.steps % reportEvery === 0;
      if (due || run.steps % guardEvery === 0) await window.read();
      if (checkpoint?.every !== undefined && run.steps % checkpoint.every === 0) yield* save();
      if (due) yield window.report();
      await breathe();
      reason ??= outcome();
    }
  } finally {
    window.dispose();
  }
  yield* save();
  yield { type: 'end', step: run.steps, seconds: (performance.now() - begun) / 1000, reason };
}

/** Saves the run, unless it has not moved since it was saved last. */
function saver<Batch>(run: GameTrainer<Batch>, plan: CheckpointPlan | undefined): () => AsyncGenerator<TrainEvent> {
  let savedAt = -1;
  return async function* () {
    if (plan === undefined || savedAt === run.steps) return;
    await plan.save(await encodeCheckpoint(run, plan.metadata), run.steps);
    savedAt = run.steps;
    yield { type: 'checkpoint', step: run.steps };
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

async function stepOnce<Batch>(run: GameTrainer<Batch>, batches: BatchSource<Batch>): Promise<Metrics> {
  const batch = await batches.at(run.steps);
  try {
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

function checkData<Batch>({ game }: GameTrainer<Batch>, { example, classes }: BatchSource<Batch>): void {
  checkFits({ name: 'data', spec: example }, { name: 'model', spec: game.input });
  if (game.classes === undefined || game.classes === classes) return;
  throw gmError('GM_LABEL', {
    where: 'train',
    expected: `data with labels of ${game.classes} classes`,
    received: classes === undefined ? 'no labels' : `${classes} classes`,
    remedy: 'Choose data with those labels, or build the head for that many classes.',
  });
}

/** How far this call is to train, and how far it has come. */
function goalOf<Batch>(run: GameTrainer<Batch>, batches: BatchSource<Batch>, { steps, epochs, minutes }: TrainOptions) {
  const given = Object.entries({ steps, epochs, minutes }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    throw gmError('GM_OPTION', {
      where: 'train',
      expected: 'exactly one of steps, epochs and minutes',
      received: given.length === 0 ? 'none' : given.map(([name]) => name).join(' and '),
      remedy: 'Say in one way how long to train.',
    });
  }
  const [name, value] = given[0] as [string, number];
  checkNumber('train', name, value, { min: 0, integer: name === 'steps' });
  const from = run.steps;
  const begun = performance.now();
  const last = name === 'steps' ? value : Math.round(value * batches.batchesPerEpoch);
  const elapsed = () => performance.now() - begun;
  const progress = (): number => {
    if (name === 'minutes') return Math.min(1, elapsed() / (value * 60_000));
    return last <= from ? 1 : Math.min(1, (run.steps - from) / (last - from));
  };
  const forecast = () => {
    const share = progress();
    return { progress: share, secondsLeft: (elapsed() / 1000) * ((1 - share) / Math.max(share, 1e-9)) };
  };
  return { progress, forecast };
}

/** What has happened since the last report: metrics not yet read, means of those that were, the speed. */
function reportWindow<Batch>(run: GameTrainer<Batch>, batches: BatchSource<Batch>, goal: ReturnType<typeof goalOf>) {
  const { batchSize, batchesPerEpoch } = batches;
  let unread: Record<string, Tensor> = {};
  let sums: Record<string, { total: number; count: number }> = {};
  let steps = 0;
  let since = performance.now();
  return {
    /** Keeps the newest of each metric, so that those of a player that moves seldom are read too. */
    add(metrics: Metrics) {
      for (const name of Object.keys(metrics)) unread[name]?.dispose();
      unread = { ...unread, ...metrics };
      steps += 1;
    },
    async read() {
      const metrics = unread;
      unread = {};
      for (const [name, value] of Object.entries(checkFinite(await readMetrics(metrics), run.steps))) {
        const { total, count } = sums[name] ?? { total: 0, count: 0 };
        sums[name] = { total: total + value, count: count + 1 };
      }
    },
    report(): Report {
      const now = performance.now();
      const metrics = Object.fromEntries(Object.entries(sums).map(([name, { total, count }]) => [name, total / count]));
      const examplesPerSecond = (steps * batchSize * 1000) / (now - since);
      [sums, steps, since] = [{}, 0, now];
      const epoch = run.steps / batchesPerEpoch;
      return { type: 'report', step: run.steps, epoch, metrics, examplesPerSecond, ...goal.forecast() };
    },
    dispose: () => dispose(unread),
  };
}

function checkFinite(metrics: Record<string, number>, step: number): Record<string, number> {
  const broken = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
  if (broken === undefined) return metrics;
  throw gmError('GM_NOT_FINITE', {
    where: `train, step ${step}`,
    expected: 'finite losses and gradients',
    received: `${broken[0]} = ${broken[1]}`,
    remedy: 'Lower the learning rate, set clipNorm, or go back to the last checkpoint, which is intact.',
  });
}
