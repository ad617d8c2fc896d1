import { checkNumber } from '@gm/core';
import { averageUpdate } from '@gm/ops';
import { type Tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { copyOf } from './copy.js';

/** An exponential moving average of parameters, kept beside them. */
export interface Averages {
  readonly values: Readonly<Record<string, Variable>>;
  /** After the `count`-th step, counted from 1. */
  update(count: number): void;
  /** Puts the averages in the place of the parameters while `work` runs; one such work at a time. */
  during<Result>(work: () => Result | Promise<Result>): Promise<Result>;
  dispose(): void;
}

/**
 * Exponential moving average of parameters; buffers (running means) are not averaged, they already are.
 *
 *   a ← d a + (1 − d) θ,   d = min(decay, (1 + t) / (10 + t))
 *
 * The shorter memory at the start, as in TensorFlow's ExponentialMovingAverage, keeps the random initialisation out of the average.
 *
 * @throws GM_OPTION when decay is outside [0, 1)
 * @see Yazıcı et al. (2019), The Unusual Effectiveness of Averaging in GAN Training, arXiv:1806.04498
 */
export function averagesOf(parameters: Readonly<Record<string, Variable>>, decay: number): Averages {
  checkNumber('averagesOf', 'decay', decay, { min: 0, max: 1 - 1e-9 });
  const entries = Object.entries(parameters).map(([name, parameter]) => ({
    name,
    parameter,
    average: tidy(() => variable(copyOf(parameter), false)),
  }));
  const lists = {
    averages: entries.map(({ average }) => average),
    parameters: entries.map(({ parameter }) => parameter),
  };
  return {
    values: Object.fromEntries(entries.map(({ name, average }) => [name, average])),
    update(count) {
      averageUpdate(lists, Math.min(decay, (1 + count) / (10 + count)));
    },
    async during(work) {
      // Variables, so that useBackend() finds and moves them too.
      const kept = tidy(() => entries.map(({ parameter }) => variable(copyOf(parameter), false)));
      try {
        for (const { parameter, average } of entries) assignCopy(parameter, average);
        return await work();
      } finally {
        for (const [index, { parameter }] of entries.entries()) parameter.assign(kept[index]!);
        for (const copy of kept) copy.dispose();
      }
    },
    dispose() {
      for (const { average } of entries) average.dispose();
    },
  };
}

/** Writes the numbers of `value` into `target`, sharing no memory. */
export function assignCopy(target: Variable, value: Tensor): void {
  tidy(() => target.assign(copyOf(value)));
}
