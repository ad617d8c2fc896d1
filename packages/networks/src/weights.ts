import { gmError, type Network, showShape } from '@gm/core';
import { clone, dispose, mul, scalar, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { decodeSafetensors } from './decodeSafetensors.js';
import { encodeSafetensors } from './encodeSafetensors.js';
import type { NamedArray } from './namedArray.js';
import { goneError } from './network.js';

/** What weights belong to. */
export type Weighted = Pick<Network, 'parameters' | 'buffers'>;

/**
 * All that has to be saved of a network: `parameters/<name>` and `buffers/<name>`. The variables stay the network's.
 *
 * @throws GM_DISPOSED after the network's `dispose()`
 * @example Object.keys(weightsOf(network))  // ['parameters/0/kernel', 'parameters/0/bias', …]
 */
export function weightsOf({ parameters, buffers = {} }: Weighted): Record<string, Variable> {
  const weights = Object.fromEntries([...prefixed('parameters', parameters), ...prefixed('buffers', buffers)]);
  if (Object.values(weights).some(({ isDisposed }) => isDisposed)) throw goneError('weightsOf');
  return weights;
}

/**
 * Gives `to` the numbers of `from`; the two share nothing afterwards.
 *
 * @throws GM_CHECKPOINT when names, shapes or types differ, naming the first difference; nothing is changed then
 * @throws GM_DISPOSED when one of them is disposed of
 * @example copyWeights(trained, average)
 */
export function copyWeights(from: Weighted, to: Weighted): void {
  const source = weightsOf(from);
  const target = weightsOf(to);
  checkSame('copyWeights', source, target);
  for (const [name, variable] of Object.entries(target)) tidy(() => variable.assign(copyOf(source[name]!)));
}

/**
 * A network's weights as a safetensors file, all of the moment of the call, whatever trains on meanwhile.
 *
 * @param metadata  strings of your own to travel along
 * @returns the bytes of the file
 * @throws GM_CHECKPOINT when a weight has a name that the format cannot hold; GM_DISPOSED after the network's `dispose()`
 * @example await writeFile('encoder.safetensors', await saveWeights(encoder, { dataset: 'mnist' }))
 */
export async function saveWeights(
  network: Weighted,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const weights = Object.entries(weightsOf(network));
  const copies = tidy(() => weights.map(([, variable]) => copyOf(variable)));
  try {
    const data = await Promise.all(copies.map((copy) => copy.data()));
    const arrays = weights.map(([name, { dtype, shape }], index) => [name, { dtype, shape, data: data[index] }]);
    return encodeSafetensors(Object.fromEntries(arrays) as Record<string, NamedArray>, metadata);
  } finally {
    dispose(copies);
  }
}

/**
 * Puts the weights of a safetensors file into a network of the same composition.
 *
 * @returns the strings that travelled along
 * @throws GM_CHECKPOINT when the file is damaged, or its names, shapes or types differ from the network's; nothing is changed then
 * @throws GM_DISPOSED after the network's `dispose()`
 * @example loadWeights(encoder, await readFile('encoder.safetensors'))
 */
export function loadWeights(network: Weighted, bytes: Uint8Array): Readonly<Record<string, string>> {
  const target = weightsOf(network);
  const { arrays, metadata } = decodeSafetensors(bytes);
  checkSame('loadWeights', arrays, target);
  for (const [name, variable] of Object.entries(target)) tidy(() => variable.assign(tensorOf(arrays[name]!)));
  return metadata;
}

type Described = Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: string }>>;

function checkSame(where: string, given: Described, wanted: Described): void {
  const surplus = Object.keys(given).find((name) => !Object.hasOwn(wanted, name));
  for (const [name, weight] of Object.entries(wanted)) {
    const other = Object.hasOwn(given, name) ? given[name] : undefined;
    if (other === undefined) throw difference(where, `a weight '${name}'`, surplus ? `'${surplus}' instead` : 'none');
    if (describe(other) === describe(weight)) continue;
    throw difference(where, `'${name}' as ${describe(weight)}`, describe(other));
  }
  if (surplus !== undefined) throw difference(where, `no more than the network's weights`, `'${surplus}' too`);
}

function difference(where: string, expected: string, received: string) {
  const remedy = 'Compose the network of the same parts, sizes and options as the one the weights come from.';
  return gmError('GM_CHECKPOINT', { where, expected, received, remedy });
}

function describe({ dtype, shape }: Described[string]): string {
  return `${dtype} ${showShape(shape)}`;
}

function prefixed(prefix: string, variables: Readonly<Record<string, Variable>>): [string, Variable][] {
  return Object.entries(variables).map(([name, variable]) => [`${prefix}/${name}`, variable]);
}

/** In memory of its own: a clone shares memory, which an update in place would write through. */
function copyOf(value: Tensor): Tensor {
  return value.dtype === 'bool' ? clone(value) : mul(value, scalar(1, value.dtype));
}

/** From a copy: the cpu backend keeps the very array it is given, and this one may be a view of the caller's file. */
function tensorOf({ dtype, shape, data }: NamedArray): Tensor {
  return tensor(data.slice(), [...shape], dtype);
}
