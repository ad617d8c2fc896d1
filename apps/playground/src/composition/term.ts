/**
 * A program as a value: calls of exported functions on names, numbers and other calls. What the page trains is evaluated from it, and what
 * it exports is printed from it, so that the two cannot differ.
 */
const TERM = Symbol('term');

/** What is computed. */
export type Term =
  | { readonly [TERM]: 'name'; readonly name: string }
  | { readonly [TERM]: 'call'; readonly of: string; readonly inputs: readonly Input[]; readonly waited: boolean }
  | { readonly [TERM]: 'method'; readonly of: Term; readonly method: string; readonly inputs: readonly Input[] }
  | { readonly [TERM]: 'member'; readonly of: Term; readonly member: string };

/** What is written down or computed. */
export type Input = number | string | boolean | Term | readonly Input[] | { readonly [field: string]: Input };

/** `const name = value;` */
export interface Statement {
  readonly name: string;
  readonly value: Term;
}

/** The statements in order; each sees the names before it. */
export type Program = readonly Statement[];

export const isTerm = (input: Input): input is Term => typeof input === 'object' && TERM in input;
export const isList = (input: Input): input is readonly Input[] => Array.isArray(input);

/** What an earlier statement made. */
export const name = (of: string): Term => ({ [TERM]: 'name', name: of });
/** of(…inputs) */
export const call = (of: string, ...inputs: Input[]): Term => ({ [TERM]: 'call', of, inputs, waited: false });
/** await of(…inputs) */
export const waited = (of: string, ...inputs: Input[]): Term => ({ [TERM]: 'call', of, inputs, waited: true });
/** of.method(…inputs) */
export const method = (of: Term, called: string, ...inputs: Input[]): Term => ({
  [TERM]: 'method',
  of,
  method: called,
  inputs,
});
/** of.member */
export const member = (of: Term, called: string): Term => ({ [TERM]: 'member', of, member: called });
