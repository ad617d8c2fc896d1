import { type BatchSource, checkFits, checkNumber, gmError } from '@gm/core';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { encodeCheckpoint } from './checkpoint.js';
import { type GameTrainer, type Metrics, readMetrics } from './trainer.js';

export type TrainEvent =
  | { readonly type: 'start'; readonly step: number }
  | Report
  | { readonly type: 'checkpoint'; readonly step: number }
  | { readonly type: 'end'; readonly step: number; readonly seconds: number; readonly reason: 'finished' | 'aborted' };

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
  checkData(run, batches);
  const goal = goalOf(run, batches, options);
  const window = reportWindow(batches.batchSize);
  const begun = performance.now();
  let savedAt = -1;
  const save = async function* (): AsyncGenerator<TrainEvent> {
    if (checkpoint === undefined || savedAt === run.steps) return;
    await checkpoint.save(await encodeCheckpoint(run, checkpoint.metadata), run.steps);
    savedAt = run.steps;
    yield { type: 'checkpoint', step: run.steps };
  };

  yield { type: 'start', step: run.steps };
  const breathe = breather();
  while (goal.progress() < 1 && !signal?.aborted) {
    const metrics = await stepOnce(run, batches);
    const due = run.steps % reportEvery === 0 || goal.progress() >= 1;
    if (due || run.steps % guardEvery === 0) window.add(checkFinite(await readMetrics(metrics), run.steps));
    else dispose(metrics as Record<string, Tensor>);
    window.count += 1;
    if (due)
      yield {
        type: 'report',
        step: run.steps,
        epoch: run.steps / batches.batchesPerEpoch,
        ...goal.forecast(),
        ...window.flush(),
      };
    if (checkpoint?.every !== undefined && run.steps % checkpoint.every === 0) yield* save();
    await breathe();
  }
  yield* save();
  const reason = goal.progress() < 1 ? 'aborted' : 'finished';
  yield { type: 'end', step: run.steps, seconds: (performance.now() - begun) / 1000, reason };
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

/** Means of what was read, and the speed, since the last report. */
function reportWindow(batchSize: number) {
  let sums = new Map<string, { total: number; count: number }>();
  let since = performance.now();
  return {
    count: 0,
    add(metrics: Readonly<Record<string, number>>) {
      for (const [name, value] of Object.entries(metrics)) {
        const { total, count } = sums.get(name) ?? { total: 0, count: 0 };
        sums.set(name, { total: total + value, count: count + 1 });
      }
    },
    flush() {
      const now = performance.now();
      const metrics = Object.fromEntries([...sums].map(([name, { total, count }]) => [name, total / count]));
      const examplesPerSecond = (this.count * batchSize * 1000) / (now - since);
      sums = new Map();
      since = now;
      this.count = 0;
      return { metrics, examplesPerSecond };
    },
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
