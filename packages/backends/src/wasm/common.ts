import { version } from '../../package.json';

/**
 * What all copies of this package in a program have in common, as all copies of tfjs-core have one engine: a bundle may hold one copy,
 * a library it uses another. Copies of other versions keep to themselves.
 */
export function common<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`@gm/backends ${version} ${name}`);
  const globals = globalThis as unknown as Record<symbol, Value | undefined>;
  globals[key] ??= make();
  return globals[key];
}
