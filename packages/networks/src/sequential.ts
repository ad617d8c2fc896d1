import { checkFits, isGmError, type Layer, type Network, type Spec } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { conditionOf } from './condition.js';
import { type NamedNetwork, network } from './network.js';

/** What composition takes: a layer, which is built to measure, or a finished network, which has to fit. */
export type Part = Layer | Network;

/** A chain of networks, and its links. */
export interface Sequential extends NamedNetwork {
  readonly parts: readonly Network[];
}

/**
 * One part after the other; every size follows from `input`.
 *
 *   y = fₙ(… f₂(f₁(x)))
 *
 * Parameters and buffers are called `<part>/<name>`, parts counted from 0: `0/kernel`. The chain owns its parts: its `dispose()` is theirs.
 *
 * @param input  what goes into the first part
 * @param parts  layers, or finished networks, whose specs are checked
 * @returns a network from `input` to what the last part gives
 * @throws GM_FIT when a finished network does not fit behind the part before it, or a layer cannot work on what that part gives;
 *   nothing that was built for the chain is left behind then
 * @example sequential(spec([784]), dense({ units: 400, random }), relu(), dense({ units: 10, random }))
 */
export function sequential(input: Spec, ...parts: Part[]): Sequential {
  const chain = chained(input, parts);
  const whole = network({
    name: 'sequential',
    input,
    output: chain.output,
    ...contentsOf(chain.networks),
    apply: chain.apply,
    dispose: chain.dispose,
  });
  return { ...whole, parts: chain.networks };
}

export interface Chain extends Pick<Network, 'output' | 'dispose'> {
  readonly networks: readonly Network[];
  apply: Network['apply'];
  /** Undoes the building: frees the networks that layers made, and leaves the finished ones to their owners. */
  abandon(): void;
}

/** The parts built and checked, without a door of their own. */
export function chained(input: Spec, parts: readonly Part[]): Chain {
  const networks: Network[] = [];
  const outputOf = () => networks.at(-1)?.output ?? input;
  const abandon = () => {
    for (const [index, made] of networks.entries()) if (typeof parts[index] === 'function') made.dispose();
  };
  try {
    for (const part of parts) networks.push(attached(part, outputOf(), networks));
    conditionOf(networks); // refuses parts of different classes
  } catch (error) {
    abandon();
    throw error;
  }
  return {
    networks,
    output: outputOf(),
    apply: (x, options) => networks.reduce((h: Tensor, part) => part.apply(h, options), x),
    dispose: () => {
      for (const part of networks) part.dispose();
    },
    abandon,
  };
}

/** What a whole has from its parts. */
export function contentsOf(
  networks: readonly Network[],
): Required<Pick<Network, 'parameters' | 'buffers' | 'kernels'>> & Pick<Network, 'condition'> {
  return {
    ...conditionOf(networks),
    parameters: joined(networks.map(({ parameters }) => parameters)),
    buffers: joined(networks.map(({ buffers = {} }) => buffers)),
    kernels: [...new Set(networks.flatMap(({ kernels = [] }) => kernels))],
  };
}

/** Builds a layer, or checks a network, behind the networks so far. */
function attached(part: Part, input: Spec, before: readonly Network[]): Network {
  const index = before.length;
  const giver = index === 0 ? 'input' : nameOf(before[index - 1]!, index - 1);
  if (typeof part !== 'function') {
    checkFits({ name: giver, spec: input }, { name: nameOf(part, index), spec: part.input });
    return part;
  }
  try {
    return part(input);
  } catch (error) {
    if (isGmError(error)) error.message = `${giver} → part ${index}, ${error.message}`;
    throw error;
  }
}

function nameOf(part: Network & { readonly name?: unknown }, index: number): string {
  return `${typeof part.name === 'string' ? part.name : 'network'} (part ${index})`;
}

function joined<Value>(records: readonly Readonly<Record<string, Value>>[]): Record<string, Value> {
  return Object.fromEntries(
    records.flatMap((record, index) => Object.entries(record).map(([name, value]) => [`${index}/${name}`, value])),
  );
}
