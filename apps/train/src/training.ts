import { existsSync } from 'node:fs';
import { type BatchSource, type Examples, type LabelledExamples, seeded } from '@gm/core';
import { balanced, batches as batchesFrom, binarize, type Dataset, passages, semiSupervised, windows } from '@gm/data';
import { type GameTrainer, type Report, restoreCheckpoint, train, trainer } from '@gm/trainers';
import { loadCheckpoint, saveCheckpoint } from '@gm/trainers/node';
import type { Composition } from './composed.js';
import type { Data } from './datasets.js';
import { interruption } from './interruption.js';
import { progress } from './progress.js';
import { appendMetrics, filesOf, type Goal, readMetricsLines, truncateMetrics } from './runFolder.js';
import type { Settings } from './settings.js';

/** A composition with the state that training changes. */
// biome-ignore lint/suspicious/noExplicitAny: batches of any kind, checked against the data when training starts
export type Training = GameTrainer<any>;

export function trainingOf(settings: Settings, composition: Composition): Training {
  const { seed, average, clipNorm } = settings;
  return trainer(composition.game, {
    seed,
    ...(average > 0 && { averageDecay: average }),
    ...(clipNorm !== undefined && { clipNorm }),
  });
}

/** Brings the state of a run back; the steps it has completed, 0 when it was stopped before its first checkpoint. */
export async function restoreTraining(folder: string, training: Training): Promise<number> {
  const { checkpoint } = filesOf(folder);
  if (!existsSync(checkpoint)) return 0;
  restoreCheckpoint(training, await loadCheckpoint(checkpoint));
  return training.steps;
}

export interface TrainingPlan {
  readonly folder: string;
  readonly goal: Goal;
  readonly batches: BatchSource<Examples>;
  readonly training: Training;
  readonly checkpointEvery: number;
  /** Ends this sitting early, with a checkpoint. */
  readonly atMostMinutes?: number | undefined;
  /** Makes a device that failed usable again; without it training ends there. */
  readonly recover?: (() => Promise<unknown>) | undefined;
}

export interface Outcome {
  readonly reason: 'finished' | 'interrupted' | 'out of time';
  readonly step: number;
  readonly seconds: number;
}

/** Trains until the goal or Ctrl-C, with progress on the screen, metrics and checkpoints in the run folder. */
export async function runTraining(plan: TrainingPlan): Promise<Outcome> {
  const { folder, goal, batches, training, checkpointEvery, atMostMinutes, recover } = plan;
  const before = secondsTrained(folder, training.steps);
  const begun = performance.now();
  const seconds = () => before + (performance.now() - begun) / 1000;
  const view = progress(); // first, so that Ctrl-C first ends the bar and then says what happens
  const { signal, release } = interruption((text) => process.stderr.write(text));
  const save = (bytes: Uint8Array) => saveCheckpoint(filesOf(folder).checkpoint, bytes);
  const timeUp = atMostMinutes === undefined ? [] : [AbortSignal.timeout(Math.ceil(60_000 * atMostMinutes))];
  let finished = false;
  let lostAt = 0;
  const again = recover && {
    recover() {
      lostAt = training.steps;
      return recover();
    },
  };
  try {
    const events = train(training, batches, {
      ...remaining(goal, before),
      signal: AbortSignal.any([signal, ...timeUp]),
      reportEvery: 10,
      checkpoint: { save, every: checkpointEvery },
      ...again,
    });
    for await (const event of events) {
      if (event.type === 'report') {
        view.show({ ...event, done: event.progress });
        appendMetrics(folder, lineOf(event, seconds()));
      }
      if (event.type === 'recovered') {
        truncateMetrics(folder, event.step);
        process.stderr.write(`\nThe device was lost at step ${lostAt}; going on from step ${event.step}.\n`);
      }
      if (event.type === 'end') finished = event.reason === 'finished';
    }
  } finally {
    view.stop();
    release();
  }
  const reason = finished ? 'finished' : signal.aborted ? 'interrupted' : 'out of time';
  return { reason, step: training.steps, seconds: seconds() };
}

/** @throws GM_OPTION when the data has not enough examples for one batch */
export function batchesOf(settings: Settings, { train: dataset, text, series }: Data): BatchSource<Examples> {
  if (text !== undefined && settings.kind === 'language-model') {
    const { batch: batchSize, time } = settings;
    return passages(text.training, { vocabulary: text.alphabet.characters.length, batchSize, time: time! });
  }
  const random = seeded(settings.seed).split('batches');
  if (series !== undefined && settings.kind === 'forecast') {
    const { past, horizon, batch: batchSize } = settings;
    return windows(series.training.values, { past: past!, horizon: horizon!, batchSize, random });
  }
  if (settings.kind === 'semi-supervised') {
    const many = dataset as Dataset<LabelledExamples>;
    const few = balanced(many, settings.labels! / many.classes!, random.split('labels'));
    return semiSupervised(few, many, { batchSize: settings.batch, random });
  }
  return batchesFrom(dataset, {
    batchSize: settings.batch,
    random,
    ...(settings.binarize && { transform: binarize }),
  });
}

/** Minutes count over all sittings of a run. */
function remaining(goal: Goal, secondsBefore: number): Goal {
  return 'minutes' in goal ? { minutes: Math.max(0, goal.minutes - secondsBefore / 60) } : goal;
}

function secondsTrained(folder: string, step: number): number {
  if (step === 0) truncateMetrics(folder, 0);
  return readMetricsLines(folder).at(-1)?.seconds ?? 0;
}

function lineOf({ step, epoch, examplesPerSecond, metrics }: Report, seconds: number) {
  const rounded = { epoch: round(epoch), seconds: round(seconds), examplesPerSecond: Math.round(examplesPerSecond) };
  return { step, ...rounded, ...metrics };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
