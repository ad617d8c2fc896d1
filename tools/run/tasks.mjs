/** The tasks of the root package.json: install what is missing, build what has changed, then do the thing itself. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mainOf, start } from './app.mjs';
import { install } from './install.mjs';
import { format, lint } from './lint.mjs';
import { native } from './native.mjs';
import { Failure, pnpm, turbo, turboQuietly } from './programs.mjs';
import { test } from './tests.mjs';
import { root } from './workspace.mjs';

const tasks = {
  demo: (args) => gm(['demo', ...args]),
  gm,
  playground: (args) => script('apps/playground/serve.mjs', { on: '@gm/playground', args }),
  app,
  figures: () => script('bench/figures.mjs', { on: '@gm/train' }),
  bench: (args) => script('bench/bench.mjs', { on: 'bench', args }),
  parity,
  'test:parity': parity,
  reproduce: (args) => script('reproduce/reproduce.mjs', { on: 'reproduce', args }),
  test,
  build: (args) => turbo(['build', ...args]),
  typecheck: (args) => turbo(['typecheck', '--output-logs=new-only', ...args]),
  'check:packages': checkPackages,
  native,
  lint,
  format,
  pnpm: (args) => pnpm(args),
};

/** The command line app, in this process: it gets the terminal, the signals, and the folder that the user stands in. */
async function gm(args) {
  await build('@gm/train');
  const program = join(root, 'apps/train/dist/main.js');
  process.chdir(process.env.INIT_CWD ?? process.cwd());
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

/** One of the small programs in apps/, on what is built of the packages that it uses. */
async function app([name]) {
  const path = mainOf(name);
  await build(`${name}^...`);
  await start(path);
}

/** A program of the repository, in this process, on what is built of a package and of those below it. */
async function script(path, { on, args = [] }) {
  await build(on);
  process.argv = [process.execPath, join(root, path), ...args];
  await import(pathToFileURL(join(root, path)).href);
}

/** Every layer, loss and recipe on every backend of this machine, compared; or with --backend on one. */
function parity(args) {
  return script('parity/parity.mjs', { on: 'parity', args });
}

async function checkPackages() {
  await build('release-check');
  return pnpm(['--silent', '--filter=release-check', 'run', 'check:packages']);
}

/** What a package needs, built without a word unless it takes a while or fails. */
async function build(name) {
  const patience = setTimeout(() => console.log('Building what has changed …'), 2000);
  const { code, words } = await turboQuietly(['build', `--filter=${name}`, '--output-logs=errors-only']);
  clearTimeout(patience);
  if (code !== 0) throw new Failure(`${words}\nThe build failed; the reason stands above.`);
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
