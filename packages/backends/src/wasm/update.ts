import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Attributes, type Body, shaped, sizeOf, type Tools } from './kernel.js';

/** Numbers of a table entry of kernels/update.ts. */
const ENTRY = 5;

/** p, g, m, v → p, m, v */
export const adamUpdate = update('pgmv', 'pmv', ({ kernels }, list, attrs) => {
  const { rate, keep, epsilon, beta1, beta2 } = attrs;
  kernels.adamUpdate!(...list, rate, keep, epsilon, beta1, 1 - beta1, beta2, 1 - beta2);
});

/** p, g, v → p, v */
export const rmspropUpdate = update('pgv', 'pv', ({ kernels }, list, { rate, epsilon, decay }) => {
  kernels.rmspropUpdate!(...list, rate, epsilon, decay, 1 - decay);
});

const descentUpdate = update('pg', 'p', ({ kernels }, list, { rate }) => {
  kernels.descentUpdate!(...list, rate);
});

const velocityUpdate = update('pgv', 'pv', ({ kernels }, list, { rate, momentum, nesterov }) => {
  kernels.momentumUpdate!(...list, rate, momentum, Number(nesterov));
});

/** p, g, v → p, v; p, g → p without momentum */
export const momentumUpdate: Body = (inputs, attrs, tools) =>
  (attrs.momentum === 0 ? descentUpdate : velocityUpdate)(inputs, attrs, tools);

/** a, p → a */
export const averageUpdate = update('ap', 'a', ({ kernels }, list, { decay }) => {
  kernels.averageUpdate!(...list, decay, 1 - decay);
});

/** x → √Σ x², a scalar */
export const globalNorm: Body = (inputs, _, tools) => {
  const [table, count] = tabled(tools, [members(inputs, 'x')]);
  const norm = tools.make([]);
  const parts = tools.room(8 * tools.kernels.chunks!(count));
  const value = tools.kernels.normOfAll!(table, count, parts);
  tools.view(norm)[0] = value;
  return norm;
};

/** x, norm → x · min(1, limit / norm); x itself, handed out once more, where it is short enough */
export const clipToNorm: Body = ({ norm, ...inputs }, { limit }, tools) => {
  const xs = members(inputs, 'x');
  const length = tools.view(norm!)[0]!;
  if (length <= limit) return xs.map((x) => shaped(x, x.shape));
  const ys = xs.map(({ shape }) => tools.make(shape));
  tools.kernels.scaleAll!(...tabled(tools, [xs, ys]), limit / length);
  return ys;
};

/** Where the table lies, and how many numbers it is about. */
type Tabled = readonly [table: number, count: number];

/**
 * An update of variables by a kernel over all of them.
 *
 * @param roles    one letter a role: inputs are called by it and their number, p0, g0, p1, g1, …
 * @param changed  the roles that are written over, where nobody else holds the numbers, and that come out, role by role
 */
function update(roles: string, changed: string, run: (tools: Tools, list: Tabled, attrs: Attributes) => void): Body {
  return (inputs, attrs, tools) => {
    const lists = [...roles].map((role) => {
      const list = members(inputs, role);
      return changed.includes(role) ? list.map(tools.own) : list;
    });
    run(tools, tabled(tools, lists), attrs);
    return lists.flatMap((list, place) => (changed.includes(roles[place]!) ? list : []));
  };
}

function members(inputs: Readonly<Record<string, TensorInfo>>, role: string): TensorInfo[] {
  const list: TensorInfo[] = [];
  for (let x = inputs[`${role}0`]; x !== undefined; x = inputs[role + list.length]) list.push(x);
  return list;
}

/** Writes the table of kernels/update.ts. */
function tabled({ at, make, view }: Tools, lists: readonly (readonly TensorInfo[])[]): Tabled {
  const [sizes] = lists.map((list) => list.map(sizeOf)) as [number[]];
  const table = make([ENTRY * (sizes.length + 1)], 'int32');
  const entries = view(table) as unknown as Int32Array;
  let count = 0;
  for (const [place, size] of sizes.entries()) {
    entries[ENTRY * place] = count;
    for (const [role, list] of lists.entries()) entries[ENTRY * place + 1 + role] = at(list[place]!);
    count += size;
  }
  entries[ENTRY * sizes.length] = count;
  return [at(table), count];
}
