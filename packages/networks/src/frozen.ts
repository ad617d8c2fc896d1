import type { Network } from '@gm/core';
import { goneError, type NamedNetwork, network } from './network.js';

/**
 * A part that training uses and does not move: its parameters count as buffers, which are saved with a run, and it is evaluated as
 * outside training, so that nothing in it follows the batches.
 *
 * It has whatever else the part has: an encoder still encodes, a discriminator has its logits and features, a recurrent network its
 * start and advance; each evaluates as outside training too, and networks within the part (`body`, `head`) are frozen as well.
 *
 * Gradients pass through it to what is before. It owns nothing: the variables stay those of `given`, whose `dispose()` ends both, and
 * training `given` elsewhere moves this one too.
 *
 * @param given  whose variables are borrowed
 * @throws GM_DISPOSED from `apply` after the `dispose()` of either, and from the other methods too
 * @see Yosinski, Clune, Bengio & Lipson (2014), How transferable are features in deep neural networks?, arXiv:1411.1792
 * @example discriminator({ body: frozen(encoder), head: dense({ units: 10, random }) })
 */
export function frozen<Part extends Network>(given: Part): Part & NamedNetwork {
  const { input, output, parameters, buffers, kernels, condition } = given;
  const { name = 'frozen' } = given as { readonly name?: string };
  let disposed = false;
  const still = network({
    name,
    input,
    output,
    buffers: { ...parameters, ...buffers },
    ...(kernels && { kernels }),
    ...(condition && { condition }),
    apply: (x, options) => given.apply(x, { ...options, training: false }),
    dispose() {
      disposed = true;
    },
  });
  const stillMethod =
    (method: Method): Method =>
    (...passed) => {
      if (disposed) throw goneError(name);
      return method.apply(given, passed.map(outsideTraining));
    };
  return { ...membersOf(given, stillMethod), ...still } as Part & NamedNetwork;
}

type Method = (...passed: unknown[]) => unknown;

/** All members of a part, those of its class too. */
function membersOf(part: object, stillMethod: (method: Method) => Method): object {
  const stillMember = (member: unknown) => {
    if (typeof member === 'function') return stillMethod(member as Method);
    return isNetwork(member) ? frozen(member) : member;
  };
  return Object.fromEntries(keysOf(part).map((key) => [key, stillMember(part[key as never])]));
}

function keysOf(part: object | null): PropertyKey[] {
  if (part === null || part === Object.prototype) return [];
  const own = Reflect.ownKeys(part).filter((key) => key !== 'constructor');
  return [...keysOf(Object.getPrototypeOf(part)), ...own];
}

function isNetwork(member: unknown): member is Network {
  if (typeof member !== 'object' || member === null) return false;
  return ['apply', 'parameters', 'input', 'output'].every((key) => key in member);
}

/** Options that ask for training no longer do, wherever a method takes them; all else is passed on as it is. */
function outsideTraining(passed: unknown): unknown {
  const { training } = (passed ?? {}) as { readonly training?: unknown };
  return training === true ? { ...(passed as object), training: false } : passed;
}
