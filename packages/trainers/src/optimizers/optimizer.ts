import { checkNumber, gmError, type Optimizer, type OptimizerState, showShape } from '@gm/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { rateAt, type Schedule } from '../schedule.js';
import { slots } from './slots.js';

/** What an update of all parameters may use; lists are in one order. */
export interface Update {
  readonly parameters: readonly Variable[];
  readonly gradients: readonly Tensor[];
  /** The slots of that kind, one for each parameter. */
  slots(kind: string): readonly Variable[];
  /** Updates so far, this one included: 1, 2, … */
  readonly count: number;
  readonly learningRate: number;
}

/** An optimizer from its rule, which changes parameters and slots. */
export function optimizer(where: string, learningRate: number | Schedule, rule: (update: Update) => void): Optimizer {
  const kept = slots();
  let updates = 0;
  return {
    name: where,
    update(parameters, gradients) {
      checkGradients(where, parameters, gradients);
      const rate = checkNumber(where, 'learningRate', rateAt(learningRate, updates), { min: 0 });
      updates += 1;
      rule({
        parameters: Object.values(parameters),
        gradients: Object.keys(parameters).map((name) => gradients[name]!),
        slots: (kind) => Object.entries(parameters).map(([name, parameter]) => kept.of(kind, name, parameter)),
        count: updates,
        learningRate: rate,
      });
    },
    state: (): OptimizerState => ({ slots: kept.all(), counters: { updates } }),
    restore(state) {
      kept.restore(state.slots);
      updates = state.counters.updates ?? 0;
    },
    dispose() {
      kept.dispose();
      updates = 0;
    },
  };
}

function checkGradients(
  where: string,
  parameters: Readonly<Record<string, Tensor>>,
  gradients: Readonly<Record<string, Tensor>>,
): void {
  for (const [name, { shape }] of Object.entries(parameters)) {
    const received = gradients[name]?.shape;
    if (received !== undefined && showShape(received) === showShape(shape)) continue;
    throw gmError('GM_GRADIENT', {
      where,
      expected: `a gradient ${showShape(shape)} for '${name}'`,
      received: received === undefined ? `none for '${name}'` : showShape(received),
      remedy: 'Pass gradients under the names and in the shapes of the parameters.',
    });
  }
}
