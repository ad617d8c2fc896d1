import { type ApplyOptions, checkTensor, gmError, type Network, type Spec } from '@gm/core';
import { clone, dispose, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { checkCondition } from './condition.js';

/** What there is to say about a network; `network` adds the manners. */
export interface NetworkDefinition {
  /** How errors call it. */
  readonly name: string;
  readonly input: Spec;
  readonly output: Spec;
  readonly parameters?: Readonly<Record<string, Variable>>;
  readonly buffers?: Readonly<Record<string, Variable>>;
  /** Of `Network`: what evaluating it and taking its gradients calls, beyond arithmetic that every backend has. */
  readonly kernels?: readonly string[];
  /** Of `Network`: the classes of the condition that `apply` needs. */
  readonly condition?: Spec;
  /** The computation alone: `x` fits `input`, and what is made on the way is tidied up after it. */
  apply(x: Tensor, options: ApplyOptions): Tensor;
  /** Frees what the network owns. Default: its parameters and buffers. */
  dispose?(): void;
}

/** A network that says what it is called, so that errors can. */
export interface NamedNetwork extends Network {
  readonly name: string;
  readonly buffers: Readonly<Record<string, Variable>>;
}

/**
 * A network of your own from its definition: the result checks its input before any tensor is made, tidies up, gives a tensor
 * that belongs to the caller, and refuses work after `dispose()`.
 *
 * @param definition  name, specs, variables and the computation x [batch, …input] → y [batch, …output]
 * @throws GM_SHAPE or GM_DTYPE from `apply` when `x` is no batch of `input`
 * @throws GM_LABEL, GM_SHAPE or GM_DTYPE from `apply` when it needs a condition and `options.condition` is none
 * @throws GM_DISPOSED from `apply` after `dispose()`
 * @example network({ name: 'double', input: spec([2]), output: spec([2]), apply: (x) => mul(x, 2) })
 */
export function network(definition: NetworkDefinition): NamedNetwork {
  const { name, input, output, parameters = {}, buffers = {}, kernels, condition } = definition;
  let disposed = false;
  return {
    name,
    input,
    output,
    parameters,
    buffers,
    ...(kernels && { kernels }),
    ...(condition && { condition }),
    apply(x, options = {}) {
      if (disposed) throw goneError(name);
      checkTensor(name, 'x', x, input);
      if (condition) checkCondition(name, x, options.condition);
      return tidy(() => ownedBy(definition.apply(x, options), x));
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      if (definition.dispose) definition.dispose();
      else dispose([...Object.values(parameters), ...Object.values(buffers)]);
    },
  };
}

/** The error of whoever is used after its `dispose()`. */
export function goneError(where: string) {
  return gmError('GM_DISPOSED', {
    where,
    expected: 'a network in use',
    received: 'one after its dispose()',
    remedy: 'Build it again, or dispose of it later.',
  });
}

/** A computation may give back its very argument; the caller must not lose that by disposing of the result. */
function ownedBy(y: Tensor, x: Tensor): Tensor {
  return y === x ? clone(x) : y;
}
