import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The code of the first ```ts block of a README. @throws Error when there is none */
export async function firstExample(readme: URL): Promise<string> {
  const [, code] = (await readFile(readme, 'utf8')).match(/^```ts\r?\n(.*?)^```/ms) ?? [];
  if (code === undefined)
    throw new Error(`firstExample: expected a \`\`\`ts block in ${fileURLToPath(readme)}, received none.`);
  return code;
}

/**
 * Runs the first ```ts block of a README as a reader would: as a module of its own in a fresh Node, beside the README, on the built
 * packages. Node takes it as it stands, so the block has no type annotations.
 *
 * @returns what it printed
 * @throws Error with the example's own complaint
 * @example expect(await runFirstExample(new URL('../README.md', import.meta.url))).toBe('[2, 3]\n')
 */
export async function runFirstExample(readme: URL): Promise<string> {
  const code = await firstExample(readme);
  const cwd = fileURLToPath(new URL('.', readme));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '--eval', code], { cwd }, (error, stdout, stderr) => {
      if (error)
        reject(new Error(`runFirstExample: expected the example to run, received:\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

/**
 * The exported names that a README does not show in backticks.
 *
 * @param sources  modules, for what they export at run time, or addresses of `index.ts` files that re-export name by name, for
 *   their types as well
 * @example
 * const readme = new URL('../README.md', import.meta.url);
 * expect(await undocumented(readme, new URL('./index.ts', import.meta.url))).toEqual([]);
 */
export async function undocumented(readme: URL, ...sources: readonly (object | URL)[]): Promise<string[]> {
  const text = await readFile(readme, 'utf8');
  const names = await Promise.all(
    sources.map((source) => (source instanceof URL ? namesIn(source) : Object.keys(source))),
  );
  return names.flat().filter((name) => !text.includes(`\`${name}\``));
}

/** Of each `export { a, type B, c as d }` and `export type { … }`. */
async function namesIn(index: URL): Promise<string[]> {
  const blocks = (await readFile(index, 'utf8')).matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  return [...blocks].flatMap(([, list]) => [...list!.matchAll(/(\w+)\s*(?:,|$)/g)].map(([, name]) => name!));
}
