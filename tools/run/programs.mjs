/** Starting other programs: the pinned pnpm, turbo, and the command lines of installed packages. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readJson, root } from './workspace.mjs';

/** Something the user can mend: printed as it is, without a stack trace. */
export class Failure extends Error {}

/** Runs a Node program in the root, with our terminal, and resolves to its exit code. */
export function node(script, args, env = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

/** The pnpm that package.json names, fetched by npm and kept in npm's cache: nobody has to install it. */
export function pnpm(args, env) {
  const { packageManager } = readJson(join(root, 'package.json'));
  return node(npm(), ['exec', '--yes', '--loglevel=error', '--', packageManager, ...args], env);
}

/** turbo looks for pnpm on the PATH, where `pnpm exec` puts it. */
export function turbo(args) {
  return pnpm(['exec', 'turbo', 'run', '--concurrency=2', ...args], { TURBO_TELEMETRY_DISABLED: '1' });
}

/** npm's own program: the one that runs us, or the one beside this Node. */
function npm() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath ?? '',
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const found = candidates.find((path) => basename(path) === 'npm-cli.js' && existsSync(path));
  if (!found) throw new Failure('npm was not found beside Node. Start the tasks through npm: `npm run <task>`.');
  return found;
}
