import { gmError, showShape } from '@gm/core';
import { type NamedTensorMap, type Tensor, tidy, util, type Variable } from '@tensorflow/tfjs-core';
import { type Attributes, hasKernel, runKernel } from './backendKernel.js';
import { checkFloat } from './checks.js';

/** Lists of equal length; the n-th of each list belong together and have one shape. */
export type Lists = Readonly<Record<string, readonly Tensor[]>>;

/** How to change variables in lists. */
export interface Rule {
  /** The public function, for errors. */
  readonly where: string;
  readonly kernelName: string;
  /** Which letter the kernel gives the tensors of each list. */
  readonly letters: Readonly<Record<string, string>>;
  /** The lists of variables that change, in the order in which the kernel gives them. */
  readonly changed: readonly string[];
  readonly attrs: Attributes;
  /** The same for the tensors of one place, by tfjs operations, which assigns what changes. */
  composed(place: Readonly<Record<string, Tensor>>): void;
}

/** Changes the variables of all places: by one kernel where the backend in use has it, else place by place. */
export function updateAll(lists: Lists, rule: Rule): void {
  checkLists(rule, lists);
  const count = Object.values(lists)[0]!.length;
  if (count === 0) return;
  tidy(() => {
    if (hasKernel(rule.kernelName)) updateByKernel(lists, rule);
    else for (let index = 0; index < count; index++) updateByParts(lists, index, rule);
  });
}

function updateByParts(lists: Lists, index: number, { composed }: Rule): void {
  tidy(() => composed(Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list[index]!]))));
}

function updateByKernel(lists: Lists, { kernelName, letters, changed, attrs }: Rule): void {
  const inputs: NamedTensorMap = {};
  for (const [name, list] of Object.entries(lists)) Object.assign(inputs, lettered(letters[name]!, list));
  const targets = changed.flatMap((name) => (lists[name] ?? []) as Variable[]);
  const values = runKernel(kernelName, inputs, attrs);
  // What was written over in place is still the variable's own.
  for (const [index, target] of targets.entries()) {
    if (values[index]!.dataId !== target.dataId) target.assign(values[index]!);
  }
}

/** x0, x1, … */
export function lettered(letter: string, list: readonly Tensor[]): NamedTensorMap {
  return Object.fromEntries(list.map((tensor, index) => [letter + index, tensor]));
}

function checkLists({ where, changed }: Rule, lists: Lists): void {
  const [[first, leaders], ...others] = Object.entries(lists) as [[string, readonly Tensor[]], ...[string, Tensor[]][]];
  for (const [index, leader] of leaders.entries()) checkFloat(where, `${first}[${index}]`, leader);
  for (const [name, list] of others) {
    if (list.length !== leaders.length)
      throw unequal(where, `as many ${name} as ${first}`, `${list.length} and ${leaders.length}`);
    for (const [index, tensor] of list.entries()) {
      checkFloat(where, `${name}[${index}]`, tensor);
      const { shape } = leaders[index]!;
      if (util.arraysEqual(tensor.shape, shape)) continue;
      throw unequal(where, `${name}[${index}] of shape ${showShape(shape)}`, showShape(tensor.shape));
    }
  }
  checkDistinct(where, lists, changed);
}

/** A variable that changes may not be read for another, nor be changed twice. */
function checkDistinct(where: string, lists: Lists, changed: readonly string[]): void {
  const targets = changed.flatMap((name) => lists[name] ?? []);
  const sources = Object.keys(lists).flatMap((name) => (changed.includes(name) ? [] : lists[name]!));
  const variables = new Set(targets);
  if (variables.size === targets.length && !sources.some((tensor) => variables.has(tensor))) return;
  throw gmError('GM_OPTION', {
    where,
    expected: 'every variable once',
    received: 'one twice',
    remedy: 'Leave out what is given twice; clone what is to be read as well.',
  });
}

function unequal(where: string, expected: string, received: string) {
  return gmError('GM_SHAPE', {
    where,
    expected,
    received,
    remedy: 'Give lists in one order, the parameters’.',
  });
}
