import { bounds, type Case, type Kind, kinds, type Numbers, type Results } from './case.js';

/** How far one kind of results is off, and where most. */
interface Deviation {
  readonly error: number;
  readonly where: string;
  readonly bound: number;
}
export type Deviations = { readonly [kind in Kind]?: Deviation };

/** The errors of a case, each beside its bound. */
export function compared(actual: Results, expected: Results, closer: Case['bounds'] = {}): Deviations {
  const entries = kinds
    .filter((kind) => expected[kind] ?? actual[kind])
    .map((kind) => [kind, { ...worst(actual[kind] ?? {}, expected[kind] ?? {}), bound: closer[kind] ?? bounds[kind] }]);
  return Object.fromEntries(entries);
}

/** What misses its bound, in words. */
export function missed(deviations: Deviations): string[] {
  return Object.entries(deviations)
    .filter(([, { error, bound }]) => !(error <= bound))
    .map(
      ([kind, { error, where, bound }]) => `${kind} is off by ${error.toExponential(1)} (bound ${bound}) at ${where}`,
    );
}

function worst(actual: Numbers, expected: Numbers): { error: number; where: string } {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const errors = names.map((name) => ({ name, error: errorOf(actual[name] ?? [], expected[name] ?? []) }));
  const { name, error } = errors.reduce((a, b) => (b.error > a.error ? b : a), { name: 'nothing', error: 0 });
  return { error, where: name };
}

/**
 * The largest difference as a share of the largest expected number, at least 1. Infinite where a number is missing, or where NaN and
 * infinities are not where they are expected.
 */
export function errorOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [largest, scale] = [0, 1];
  for (let index = 0; index < expected.length; index++) {
    const [got, wanted] = [actual[index]!, expected[index]!];
    if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted));
    const difference = Math.abs(got - wanted);
    if (Number.isFinite(difference)) largest = Math.max(largest, difference);
    else if (!Object.is(got, wanted)) return Number.POSITIVE_INFINITY;
  }
  return largest / scale;
}
