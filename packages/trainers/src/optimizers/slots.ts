import { gmError, type OptimizerState, showShape } from '@gm/core';
import { type Tensor, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import { copyOf } from '../copy.js';

/** The tensors an optimizer keeps for each parameter, made when a parameter is first met. */
export interface Slots {
  /** The slot of that kind for that parameter: zeros of its shape at first. */
  of(kind: string, name: string, parameter: Variable): Variable;
  all(): Readonly<Record<string, Variable>>;
  restore(slots: OptimizerState['slots']): void;
  dispose(): void;
}

export function slots(): Slots {
  const kept = new Map<string, Variable>();
  const put = (key: string, value: Tensor): Variable => {
    const slot = variable(value, false);
    kept.set(key, slot);
    return slot;
  };
  const clear = () => {
    for (const slot of kept.values()) slot.dispose();
    kept.clear();
  };
  return {
    of(kind, name, parameter) {
      const key = `${kind}/${name}`;
      const slot = kept.get(key) ?? tidy(() => put(key, zerosLike(parameter)));
      checkSlot(key, slot, parameter);
      return slot;
    },
    all: () => Object.fromEntries(kept),
    restore(values) {
      tidy(() => {
        const copies = Object.entries(values).map(([key, value]) => [key, copyOf(value)] as const);
        clear();
        for (const [key, copy] of copies) put(key, copy);
      });
    },
    dispose: clear,
  };
}

function checkSlot(key: string, slot: Tensor, parameter: Tensor): void {
  if (showShape(slot.shape) === showShape(parameter.shape)) return;
  throw gmError('GM_SHAPE', {
    where: `optimizer slot ${key}`,
    expected: `the parameter's shape ${showShape(parameter.shape)}`,
    received: showShape(slot.shape),
    remedy: 'Use one optimizer for one set of networks.',
  });
}
