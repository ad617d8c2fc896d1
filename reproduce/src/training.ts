import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchSource } from '@gm/core';
import { type Game, type GameTrainer, restoreCheckpoint, type TrainerOptions, train, trainer } from '@gm/trainers';
import { loadCheckpoint, saveCheckpoint } from '@gm/trainers/node';
import { readKept, writeKept } from './kept.js';
import { type Sitting, Stopped } from './row.js';

export interface TrainingPlan<Batch, Shared> {
  /** Of its files in the folder of the row. */
  readonly name: string;
  readonly game: Game<Batch, Shared>;
  readonly batches: BatchSource<Batch>;
  readonly steps: number;
  readonly options: TrainerOptions;
}

/** A run that has come to its end; dispose of it when it has been measured. */
export interface Trained<Batch> {
  readonly run: GameTrainer<Batch>;
  /** Of training, over all sittings. */
  readonly seconds: number;
}

/**
 * Trains to the last step, from the checkpoint of an earlier sitting where there is one.
 *
 * @throws Stopped after a checkpoint, when the sitting is told to stop
 */
export async function trained<Batch, Shared>(
  { name, game, batches, steps, options }: TrainingPlan<Batch, Shared>,
  { folder, signal, say }: Sitting,
): Promise<Trained<Batch>> {
  const [checkpoint, clock] = [join(folder, `${name}.safetensors`), join(folder, `${name}.seconds.json`)];
  const run = trainer(game, options);
  if (existsSync(checkpoint)) restoreCheckpoint(run, await loadCheckpoint(checkpoint));
  const before = run.steps === 0 ? 0 : readKept(clock, () => 0);
  if (run.steps >= steps) return { run, seconds: before };
  if (run.steps > 0) say(`${name}: going on after step ${run.steps}`);
  const begun = performance.now();
  const seconds = () => before + (performance.now() - begun) / 1000;
  const save = async (bytes: Uint8Array) => {
    await saveCheckpoint(checkpoint, bytes);
    writeKept(clock, seconds());
  };
  const twentieth = Math.max(1, Math.round(steps / 20));
  const plan = { steps, signal, reportEvery: twentieth, guardEvery: 20, checkpoint: { save, every: twentieth } };
  for await (const event of train(run, batches, plan)) {
    if (event.type !== 'report') continue;
    const left = Math.ceil(event.secondsLeft / 60);
    say(`${name}: step ${event.step} of ${steps}, ${numbers(event.metrics)}, ${left} min left`);
  }
  if (run.steps < steps) throw new Stopped();
  return { run, seconds: readKept(clock, seconds) };
}

function numbers(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .filter(([name]) => !name.endsWith('gradientNorm'))
    .map(([name, value]) => `${name.split('/').at(-1)} ${value.toPrecision(4)}`)
    .join(', ');
}
