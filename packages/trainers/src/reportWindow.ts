import { type BatchSource, gmError } from '@gm/core';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { Goal } from './goal.js';
import { type GameTrainer, type Metrics, readMetrics } from './trainer.js';

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

type Sums = Readonly<Record<string, { readonly total: number; readonly count: number }>>;

/** Where a window stood, for going back to. */
export interface WindowMark {
  readonly sums: Sums;
  readonly steps: number;
  readonly milliseconds: number;
}

/** What has happened since the last report: metrics not yet read, means of those that were, the speed. */
export function reportWindow<Batch>(run: GameTrainer<Batch>, batches: BatchSource<Batch>, goal: Goal) {
  const { batchSize, batchesPerEpoch } = batches;
  let unread: Record<string, Tensor> = {};
  let sums: Sums = {};
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
      const values = Object.entries(checkFinite(await readMetrics(metrics), run.steps));
      const added = values.map(([name, value]) => {
        const { total, count } = sums[name] ?? { total: 0, count: 0 };
        return [name, { total: total + value, count: count + 1 }];
      });
      sums = { ...sums, ...Object.fromEntries(added) };
    },
    report(): Report {
      const now = performance.now();
      const metrics = Object.fromEntries(Object.entries(sums).map(([name, { total, count }]) => [name, total / count]));
      const examplesPerSecond = (steps * batchSize * 1000) / (now - since);
      [sums, steps, since] = [{}, 0, now];
      const epoch = run.steps / batchesPerEpoch;
      return { type: 'report', step: run.steps, epoch, metrics, examplesPerSecond, ...goal.forecast() };
    },
    /** Once all metrics are read. */
    mark: (): WindowMark => ({ sums, steps, milliseconds: performance.now() - since }),
    goBack(mark: WindowMark) {
      dispose(unread);
      unread = {};
      ({ sums, steps } = mark);
      since = performance.now() - mark.milliseconds;
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
