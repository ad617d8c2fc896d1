import { checkNumber, gmError, type Optimizer, type OptimizerState, showShape } from '@gm/core';
import { type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { rateAt, type Schedule } from '../schedule.js';
import { type Slots, slots } from './slots.js';

/** What one parameter's update may use. */
export interface Update {
  readonly name: string;
  readonly parameter: Variable;
  readonly gradient: Tensor;
  readonly slots: Slots;
  /** Updates so far, this one included: 1, 2, … */
  readonly count: number;
  readonly learningRate: number;
}

/** An optimizer from its rule for one parameter: the new value of the parameter, slots assigned on the way. */
export function optimizer(where: string, learningRate: number | Schedule, rule: (update: Update) => Tensor): Optimizer {
  const kept = slots();
  let updates = 0;
  return {
    name: where,
    update(parameters, gradients) {
      checkGradients(where, parameters, gradients);
      const rate = checkNumber(where, 'learningRate', rateAt(learningRate, updates), { min: 0 });
      updates += 1;
      for (const [name, parameter] of Object.entries(parameters)) {
        const gradient = gradients[name]!;
        tidy(() =>
          parameter.assign(rule({ name, parameter, gradient, slots: kept, count: updates, learningRate: rate })),
        );
      }
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
