import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What was written before, or what stands in for it. */
export function readKept<Value>(path: string, otherwise: () => Value): Value {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Value) : otherwise();
}

/** Whole or not at all. */
export function writeKept(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value));
  renameSync(`${path}.tmp`, path);
}

/** Computed once; later sittings read it. */
export async function once<Value>(path: string, compute: () => Value | Promise<Value>): Promise<Value> {
  if (existsSync(path)) return readKept(path, () => undefined as Value);
  const value = await compute();
  writeKept(path, value);
  return value;
}
