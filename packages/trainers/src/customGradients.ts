import { engine, type Tensor } from '@tensorflow/tfjs-core';

type Save = (tensors: Tensor[]) => void;

/** What the engine of tfjs is given to run a custom gradient; a registered kernel has no `forwardFunc`. */
interface CustomCall {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly forwardFunc?: (backend: unknown, save: Save) => unknown;
  readonly backwardsFunc?: (dy: unknown, saved: Tensor[]) => unknown;
}

/**
 * Does work in which a custom gradient fails that a second derivative would silently get wrong: one that uses what it has saved beside its
 * inputs. tfjs takes that as constant, although it depends on them, as the probabilities of logSoftmax do.
 */
export function refusingConstants<Result>(work: () => Result): Result {
  const tfjs = engine() as unknown as { runKernelFunc(call: CustomCall): unknown };
  const run = tfjs.runKernelFunc;
  tfjs.runKernelFunc = (call) => run.call(tfjs, call.forwardFunc ? watched(call) : call);
  try {
    return work();
  } finally {
    tfjs.runKernelFunc = run;
  }
}

/** The same custom gradient, but for what it must not use. */
function watched(call: CustomCall): CustomCall {
  const { name } = engine().state.activeScope;
  const inputs = Object.values(call.inputs);
  let constant: boolean[] = [];
  return {
    ...call,
    forwardFunc: (backend, save) =>
      call.forwardFunc!(backend, (tensors) => {
        constant = tensors.map((tensor) => !inputs.includes(tensor));
        save(tensors);
      }),
    backwardsFunc: (dy, saved) =>
      call.backwardsFunc!(
        dy,
        saved.map((tensor, index) => (constant[index] ? untouchable(name) : tensor)),
      ),
  };
}

/** In place of a tensor; to be handed on is all that can be done with it. */
function untouchable(operation: string): Tensor {
  const refuse = () => {
    throw new Error(`the custom gradient of ${operation} uses a result that it saved, which has none of its own`);
  };
  return new Proxy({}, { get: refuse, getPrototypeOf: refuse }) as Tensor;
}
