import { createHash } from 'node:crypto';
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

/**
 * A name that is another one for other settings, so that nothing is read that was computed under them.
 *
 * @example keyed('NS-GAN-1', { steps: 5000, learningRate: 1e-3 })  // 'NS-GAN-1-' and eight hexadecimal digits
 */
export function keyed(name: string, settings: Readonly<Record<string, string | number>>): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}-${createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8)}`;
}

/** Computed once; later sittings read it. Whatever the value depends on has to be in the path: see `keyed`. */
export async function once<Value>(path: string, compute: () => Value | Promise<Value>): Promise<Value> {
  if (existsSync(path)) return readKept(path, () => undefined as Value);
  const value = await compute();
  writeKept(path, value);
  return value;
}
