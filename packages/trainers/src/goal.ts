import { type BatchSource, checkNumber, gmError } from '@gm/core';
import type { GameTrainer } from './trainer.js';

/** How long to train. */
export interface Lengths {
  /** Train until so many steps are completed in all. Exactly one of steps, epochs and minutes. */
  readonly steps?: number;
  /** Train until so many passes over the data are completed in all. */
  readonly epochs?: number;
  /** Train for so long from now. */
  readonly minutes?: number;
}

export interface Goal {
  /** Of this call's work, 0 … 1. */
  progress(): number;
  forecast(): { readonly progress: number; readonly secondsLeft: number };
}

/** How far this call is to train, and how far it has come. */
export function goalOf<Batch>(
  run: GameTrainer<Batch>,
  batches: BatchSource<Batch>,
  { steps, epochs, minutes }: Lengths,
): Goal {
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
