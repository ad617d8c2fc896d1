import { type Input, member, method, name, type Statement, type Term } from './term.js';

/** What every program has: its data, one example of them, its stream of randomness. */
export const data = name('data');
export const example = member(data, 'example');
const random = name('random');
/** The stream of that purpose: no choice changes what the others draw. */
export const stream = (purpose: string) => method(random, 'split', purpose);
export const assign = (called: string, value: Term): Statement => ({ name: called, value });
/** Those that there are. */
export const fields = (record: Readonly<Record<string, Input | undefined>>) =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, Input] => entry[1] !== undefined));

/** { generator, prior }: what earlier statements made, under their own names. */
export const named = (...names: readonly string[]) => Object.fromEntries(names.map((one) => [one, name(one)]));
