/** The little of Node that choosing a backend needs, reached so that a bundler for browsers has nothing to resolve. */
interface NodeModules {
  'node:module': { createRequire(from: string | URL): NodeRequire };
  'node:fs': { existsSync(path: string): boolean; readdirSync(path: string): string[] };
  'node:path': { dirname(path: string): string; join(...parts: string[]): string };
  'node:os': { cpus(): { model: string }[]; availableParallelism(): number };
  'node:v8': { setFlagsFromString(flags: string): void };
  'node:worker_threads': { Worker: NodeWorker };
  'node:util': { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
}
interface NodeRequire {
  (id: string): unknown;
  resolve(id: string): string;
}
type NodeWorker = new (
  program: string,
  options: { eval: true; workerData: unknown; name: string; execArgv: string[] },
) => {
  once(event: 'message' | 'error' | 'exit', listener: (value: Error) => void): void;
  unref(): void;
  terminate(): Promise<number>;
};
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  readonly env: Record<string, string | undefined>;
  cwd(): string;
  getBuiltinModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name];
}

const node = (globalThis as { readonly process?: unknown }).process as NodeProcess | undefined;

export const inNode: boolean = typeof node?.versions?.node === 'string';

/** The first number of Node's version; 0 elsewhere. */
export const nodeMajor: number = inNode ? Number.parseInt(node!.versions!.node!, 10) : 0;

/** The variables of the process; none in a browser. */
export const environment: Record<string, string | undefined> = node?.env ?? {};

export const builtin = <Name extends keyof NodeModules>(name: Name): NodeModules[Name] => node!.getBuiltinModule(name);

export interface FoundPackage {
  readonly folder: string;
  load(): unknown;
}

/** An optional package, looked for from here and from the working directory, without loading it. */
export function findPackage(name: string): FoundPackage | undefined {
  for (const place of [import.meta.url, `${node!.cwd()}/gm.js`]) {
    const require = builtin('node:module').createRequire(place);
    try {
      const folder = builtin('node:path').dirname(require.resolve(`${name}/package.json`));
      return { folder, load: () => require(name) };
    } catch {
      // not from this place
    }
  }
  return undefined;
}

export function processorName(): string | undefined {
  if (!inNode) return undefined;
  const processors = builtin('node:os').cpus();
  return processors[0] && `${processors[0].model.trim()}, ${processors.length} cores`;
}

/** How many threads the machine runs at once. */
export function parallelism(): number {
  if (inNode) return builtin('node:os').availableParallelism();
  return (
    (globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ??
    1
  );
}
