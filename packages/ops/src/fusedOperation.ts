import {
  add,
  engine,
  type GradConfig,
  grads,
  mul,
  registerGradient,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Attributes, hasKernel, runKernel } from './backendKernel.js';

/** An operation that is one kernel on backends that have it, and made of tfjs operations on the others. */
export interface FusedOperation<Name extends string> {
  /** What tfjs calls the kernel. */
  readonly kernelName: string;
  /** Its inputs, in the order in which `composed` takes them. */
  readonly inputs: readonly Name[];
  /** How many tensors come out. Default 1. */
  readonly outputs?: number;
  /** The same by tfjs operations, right at every order of derivative. */
  composed(inputs: Readonly<Record<Name, Tensor>>, attrs: Attributes): Tensor[];
  /**
   * The gradients of Σ ⟨dyᵢ, yᵢ⟩ by kernels, each made when it is asked for. An input without an entry has its gradient from
   * `composed`. Never recorded: a second derivative goes through `composed`.
   */
  gradients(parts: {
    readonly dys: readonly Tensor[];
    readonly inputs: Readonly<Record<Name, Tensor>>;
    readonly outputs: readonly Tensor[];
    readonly attrs: Attributes;
  }): { readonly [Key in Name]?: () => Tensor };
}

/**
 * The function that runs a fused operation: the kernel where the backend in use has it, else what it is composed of. Both have the
 * same gradients at every order.
 *
 * @example const run = fusedOperation({ kernelName: 'GmSquare', inputs: ['x'], composed: ({ x }) => [square(x)], gradients: … })
 */
export function fusedOperation<Name extends string>(
  operation: FusedOperation<Name>,
): (inputs: Readonly<Record<Name, Tensor>>, attrs?: Attributes) => Tensor[] {
  registerGradient(gradientOf(operation));
  return (inputs, attrs = {}) =>
    hasKernel(operation.kernelName)
      ? runKernel(operation.kernelName, inputs, attrs)
      : tidy(() => operation.composed(inputs, attrs));
}

function gradientOf<Name extends string>({
  kernelName,
  inputs: names,
  outputs: count = 1,
  composed,
  gradients,
}: FusedOperation<Name>): GradConfig {
  const named = (tensors: readonly Tensor[]) =>
    Object.fromEntries(names.map((name, index) => [name, tensors[index]!])) as Record<Name, Tensor>;
  return {
    kernelName,
    inputsToSave: [...names],
    outputsToSave: Array<boolean>(count).fill(true),
    gradFunc: ((dy: Tensor | Tensor[], saved: Tensor[], attrs: Attributes) => {
      const dys = Array.isArray(dy) ? dy : [dy];
      const [inputs, outputs] = [named(saved.slice(0, names.length)), saved.slice(names.length)];
      const byKernel = engine().isTapeOn()
        ? {}
        : (gradients({ dys, inputs, outputs, attrs }) as Record<string, () => Tensor>);
      const byParts = (name: Name) => () => {
        const along = (x: Tensor) => {
          const values = composed({ ...inputs, [name]: x }, attrs);
          return values.map((value, index) => sum(mul(value, dys[index]!))).reduce((a, b) => add(a, b));
        };
        return beside(() => grads(along)([inputs[name]])[0]!);
      };
      return Object.fromEntries(names.map((name) => [name, byKernel[name] ?? byParts(name)]));
    }) as unknown as GradConfig['gradFunc'],
  };
}

/** Takes a derivative inside the way back of another, whose tape tfjs would forget. */
function beside<Result>(derivative: () => Result): Result {
  const { state } = engine();
  const tape = state.activeTape;
  const result = derivative();
  state.activeTape = tape;
  return result;
}
