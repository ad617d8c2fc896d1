import { gmError } from '@gm/core';
import type { Estimate } from './evaluate.js';

/** How a number was measured: whatever has to be equal for two numbers to be comparable. */
export type Protocol = Readonly<Record<string, string | number>>;

/** A number with the protocol that it was measured by. */
export interface Measurement {
  readonly value: number;
  readonly standardError?: number;
  readonly protocol: Protocol;
}

/** A protocol as it is told: what has a count, such as rows of features or a data set, stands for its count. */
export type ToldProtocol = Readonly<Record<string, string | number | { readonly count: number }>>;

/** Each number and each mean of an evaluation as a measurement, but for its count; lists are left out. */
export type Measured<Found> = {
  readonly [Name in keyof Found as Found[Name] extends number | Estimate ? Exclude<Name, 'count'> : never]: Measurement;
};

/**
 * The numbers of an evaluation, each with the protocol that it was measured by: the name of the metric, what the evaluation itself says
 * (its counts, and options that change the number), and what is told, such as the split, the seed, and the hash of a network.
 *
 * @param found  what `evaluate`, `activeUnits`, `bitsPerSymbol`, `calibration`, `classBalance` or `manifoldMeasures` gives, or numbers by name
 * @param told   what else has to be equal to compare; it does not change what the evaluation says
 * @throws GM_PROTOCOL when neither the evaluation nor the caller says how a number was measured
 * @example measured(await evaluate(batches, measure), { data: 'mnist', split: 'test', seed: 1 }).elbo
 * @example measured({ distance: frechetDistance(real, generated) }, { real, generated, network: hash, split: 'test' }).distance
 */
export function measured<Found extends object>(
  found: Found & { readonly protocol?: Protocol },
  told: ToldProtocol,
): Measured<Found> {
  const protocol = { ...counted(told), ...found.protocol };
  const numbers = Object.entries<unknown>({ ...found }).filter(isMeasure);
  const measurements = numbers.map(([metric, number]) => [metric, measurementOf(metric, number, protocol)]);
  return Object.fromEntries(measurements) as Measured<Found>;
}

/**
 * Passes when two numbers were measured alike: by the same metric on the same split, counts, network and seeds.
 *
 * @throws GM_PROTOCOL naming every field in which they differ, or the number that does not say how it was measured
 * @example checkComparable(fldOfVae, fldOfGan)
 */
export function checkComparable(a: Measurement, b: Measurement): void {
  for (const one of [a, b]) checkTold('checkComparable', one?.protocol);
  const fields = [...new Set([...Object.keys(a.protocol), ...Object.keys(b.protocol)])];
  const differing = fields.filter((field) => a.protocol[field] !== b.protocol[field]);
  if (differing.length === 0) return;
  throw gmError('GM_PROTOCOL', {
    where: 'checkComparable',
    expected: 'numbers of one protocol',
    received: differing.map((field) => `${field} ${said(a, field)} and ${said(b, field)}`).join(', '),
    remedy: 'Measure one of them again by the protocol of the other.',
  });
}

/**
 * a − b, with its standard error where both have one and are independent.
 *
 * @throws GM_PROTOCOL when the two were not measured alike
 * @example difference(boundOfVae, boundOfIwae).value
 */
export function difference(a: Measurement, b: Measurement): Measurement {
  checkComparable(a, b);
  const value = a.value - b.value;
  if (a.standardError === undefined || b.standardError === undefined) return { value, protocol: a.protocol };
  return { value, standardError: Math.hypot(a.standardError, b.standardError), protocol: a.protocol };
}

function counted(told: ToldProtocol = {}): Protocol {
  return Object.fromEntries(
    Object.entries(told).map(([field, value]) => [field, typeof value === 'object' ? value.count : value]),
  );
}

function isMeasure(entry: readonly [name: string, value: unknown]): entry is [string, number | Estimate] {
  const [name, value] = entry;
  if (name === 'count' || name === 'protocol') return false;
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'standardError' in value);
}

function measurementOf(metric: string, number: number | Estimate, told: Protocol): Measurement {
  if (typeof number === 'number') {
    checkTold('measured', told);
    return { value: number, protocol: { ...told, metric } };
  }
  const { mean: value, standardError, count } = number;
  return { value, standardError, protocol: { ...told, metric, count } };
}

/** The name of a metric alone does not say how it was measured. */
function checkTold(where: string, protocol: Protocol | undefined): void {
  const fields = Object.keys(protocol ?? {}).filter((field) => field !== 'metric');
  if (typeof protocol === 'object' && fields.length > 0) return;
  throw gmError('GM_PROTOCOL', {
    where,
    expected: 'a protocol that says how each number was measured',
    received: protocol === undefined ? 'none' : JSON.stringify(protocol),
    remedy: "Name the split, the counts and the seed: measured(found, { split: 'test', count, seed }).",
  });
}

function said({ protocol }: Measurement, field: string): string {
  return field in protocol ? JSON.stringify(protocol[field]) : 'none';
}
