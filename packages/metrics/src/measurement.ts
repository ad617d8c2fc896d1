import { gmError } from '@gm/core';

/** How a number was measured: whatever has to be equal for two numbers to be comparable. */
export type Protocol = Readonly<Record<string, string | number>>;

/** A number with the protocol that it was measured by. */
export interface Measurement {
  readonly value: number;
  readonly standardError?: number;
  readonly protocol: Protocol;
}

/**
 * Passes when two numbers were measured alike: by the same metric on the same split, counts, network and seeds.
 *
 * @throws GM_PROTOCOL naming every field in which they differ
 * @example checkComparable(fldOfVae, fldOfGan)
 */
export function checkComparable(a: Measurement, b: Measurement): void {
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

function said({ protocol }: Measurement, field: string): string {
  return field in protocol ? JSON.stringify(protocol[field]) : 'none';
}
