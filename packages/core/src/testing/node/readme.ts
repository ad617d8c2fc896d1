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
 * The names that modules export at run time and that a README does not show in backticks.
 *
 * @example expect(await undocumented(new URL('../README.md', import.meta.url), main, node)).toEqual([])
 */
export async function undocumented(readme: URL, ...modules: readonly object[]): Promise<string[]> {
  const text = await readFile(readme, 'utf8');
  return modules.flatMap((module) => Object.keys(module)).filter((name) => !text.includes(`\`${name}\``));
}
