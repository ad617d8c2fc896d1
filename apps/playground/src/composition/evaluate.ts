import { type Input, isList, isTerm, type Program, type Term } from './term.js';

/** Functions by the names that programs call them by. */
// biome-ignore lint/suspicious/noExplicitAny: of every kind; what goes into them is checked by themselves
export type Functions = Readonly<Record<string, (...inputs: any[]) => unknown>>;

/** Everything that a program has made, by name. */
export type Scope = Record<string, unknown>;

/**
 * Runs the statements in order. When one throws, what the others made is in `scope` nevertheless, to be disposed of.
 *
 * @param scope  receives what is made
 */
export async function evaluate(program: Program, functions: Functions, scope: Scope = {}): Promise<Scope> {
  for (const { name, value } of program) scope[name] = await resultOf(value, functions, scope);
  return scope;
}

function resultOf(input: Input, functions: Functions, scope: Scope): unknown {
  const inner = (some: Input) => resultOf(some, functions, scope);
  if (typeof input !== 'object') return input;
  if (isTerm(input)) return termResult(input, functions, scope);
  if (isList(input)) return input.map(inner);
  return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, inner(value)]));
}

function termResult(term: Term, functions: Functions, scope: Scope): unknown {
  const inner = (some: Input) => resultOf(some, functions, scope);
  if ('name' in term) return scope[term.name];
  if ('member' in term) return (inner(term.of) as Scope)[term.member];
  if ('method' in term) return (inner(term.of) as Functions)[term.method]!(...term.inputs.map(inner));
  return functions[term.of]!(...term.inputs.map(inner));
}
