/** The tasks of the root package.json: install what is missing, build what has changed, then do the thing itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { format, lint } from './lint.mjs';
import { Failure, pnpm, turbo } from './programs.mjs';
import { test } from './tests.mjs';
import { root } from './workspace.mjs';

const tasks = {
  demo: (args) => gm(['demo', ...args]),
  gm,
  figures: () => script('bench/figures.mjs'),
  test,
  build: (args) => turbo(['build', ...args]),
  typecheck: (args) => turbo(['typecheck', '--output-logs=new-only', ...args]),
  'check:packages': checkPackages,
  lint,
  format,
  pnpm: (args) => pnpm(args),
};

/** Builds the command line app and gives the path of its program. */
async function build() {
  const code = await turbo(['build', '--filter=@gm/train', '--output-logs=errors-only', '--log-order=grouped']);
  const program = join(root, 'apps/train/dist/main.js');
  if (code !== 0 || !existsSync(program)) throw new Failure('The build failed; the reason stands above.');
  return program;
}

/** The command line app, in this process: it gets the terminal, the signals, and the folder that the user stands in. */
async function gm(args) {
  const program = await build();
  process.chdir(process.env.INIT_CWD ?? process.cwd());
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

async function checkPackages() {
  const code = await turbo(['build', '--filter=release-check', '--output-logs=errors-only']);
  return code || pnpm(['--silent', '--filter=release-check', 'run', 'check:packages']);
}

/** A program of the repository, on the built command line app. */
async function script(path) {
  await build();
  await import(pathToFileURL(join(root, path)).href);
}

export async function main([name, ...args]) {
  try {
    if (!Object.hasOwn(tasks, name ?? ''))
      throw new Failure(`Unknown task ${name}. Tasks: ${Object.keys(tasks).join(', ')}.`);
    if (name !== 'pnpm') await install();
    process.exitCode = (await tasks[name](args)) ?? process.exitCode;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
