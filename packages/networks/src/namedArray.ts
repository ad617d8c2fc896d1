import { gmError } from '@gm/core';

interface Numbers {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  /** One byte for each value: 0 or 1. */
  readonly bool: Uint8Array;
}

export type ArrayType = keyof Numbers;

/** A tensor's numbers outside any backend, in row-major order. */
export type NamedArray = {
  [Type in ArrayType]: { readonly dtype: Type; readonly shape: readonly number[]; readonly data: Numbers[Type] };
}[ArrayType];

/** Bytes of one value. */
export const WIDTH: Readonly<Record<ArrayType, number>> = { float32: 4, int32: 4, bool: 1 };

/** What we write and read at most: more is an attack or a mistake. */
export const LIMIT = { headerBytes: 16 * 2 ** 20, tensors: 10_000, rank: 8, nameLength: 256, depth: 3 } as const;

const NAME = /^[A-Za-z0-9_./-]+$/;

export function checkName(where: string, name: string): void {
  if (name.length <= LIMIT.nameLength && NAME.test(name) && !name.includes('..')) return;
  throw refusal(
    where,
    `names of 1 to ${LIMIT.nameLength} letters, digits and _ . / - without '..'`,
    JSON.stringify(name.slice(0, 80)),
  );
}

export function checkCount(where: string, count: number): void {
  if (count > LIMIT.tensors) throw refusal(where, `at most ${LIMIT.tensors} tensors`, `${count}`);
}

/** Passes for a shape whose values can be counted. */
export function checkShape(where: string, name: string, shape: unknown): asserts shape is readonly number[] {
  if (isSizes(shape) && shape.length <= LIMIT.rank && isCountable(shape)) return;
  throw refusal(where, `a shape of at most ${LIMIT.rank} whole numbers for '${name}'`, shown(shape));
}

export function checkMetadata(where: string, metadata: unknown): asserts metadata is Readonly<Record<string, string>> {
  if (!isRecord(metadata)) throw refusal(where, 'metadata as an object of strings', shown(metadata));
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string' && isWellFormed(key) && isWellFormed(value)) continue;
    throw refusal(where, `metadata of well-formed strings`, `${shown(value)} for ${shown(key)}`);
  }
}

export function checkBooleans(where: string, name: string, data: Uint8Array): void {
  const wrong = data.find((value) => value > 1);
  if (wrong !== undefined) throw refusal(where, `'${name}' to hold the bytes 0 and 1`, `${wrong}`);
}

export function refusal(where: string, expected: string, received: string, cause?: unknown) {
  const remedy =
    where === 'decodeSafetensors'
      ? 'The file is damaged or of another kind; use another copy.'
      : 'Correct what is to be written.';
  return gmError('GM_CHECKPOINT', { where, expected, received, remedy, cause });
}

export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In one line that stays short, whatever it is. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 80);
}

/** No partial product leaves the whole numbers, so that an overflow cannot come back as a small size. */
function isCountable(shape: readonly number[]): boolean {
  let product = 1;
  return shape.every((size) => {
    product *= size;
    return Number.isSafeInteger(product);
  });
}

/** Half a surrogate pair: other readers refuse it. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
