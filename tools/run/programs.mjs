/** Starting other programs: the pinned pnpm, turbo, and the command lines of installed packages. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readJson, root } from './workspace.mjs';

/** Something the user can mend: printed as it is, without a stack trace. */
export class Failure extends Error {}

/** Runs a Node program in the root, with our terminal, and resolves to its exit code. */
export function node(script, args, env = {}) {
  return ended(spawn(process.execPath, [script, ...args], { ...inRoot(env), stdio: 'inherit' }));
}

/** The same without showing anything: resolves to its exit code and all its words. */
async function nodeQuietly(script, args, env = {}) {
  const child = spawn(process.execPath, [script, ...args], { ...inRoot(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (words += chunk));
  return { code: await ended(child), words };
}

const inRoot = (env) => ({ cwd: root, env: { ...process.env, ...env } });

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ? 1 : code));
  });
}

/** The pnpm that package.json names, from npm's cache: nobody has to install it. */
export function pnpm(args) {
  return node(npm(), [...pnpmByNpm('--prefer-offline'), ...args]);
}

/** Brings pnpm into npm's cache; asks the registry only when it is not there. */
export async function fetchPnpm() {
  const version = (preference) => nodeQuietly(npm(), [...impatient, ...pnpmByNpm(preference), '--version']);
  if ((await version('--prefer-offline')).code === 0) return;
  const { code, words } = await version('--prefer-online');
  if (code === 0) return;
  // npm tells the reason first, and then much that helps nobody.
  const [reason = words] = words.match(/(?<=npm error )(?!code|errno|syscall).+/) ?? [];
  throw new Failure(`pnpm could not be fetched: ${reason.trim()}${unreachable}`);
}

/** Installs what the package.json of a folder outside the workspace names, without its scripts; resolves to the exit code. */
export function npmInstall(folder) {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  return node(npm(), ['install', '--prefix', folder, ...options]);
}

const impatient = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000'];

export const unreachable = `

The first time, and after an update, the npm registry must be reachable: check the network, a proxy, and \`npm ping\`.
Then run the same command again.`;

/** turbo looks for pnpm on the PATH, where `pnpm exec` puts it. */
export const turbo = (args) => node(npm(), turboByNpm(args), untold);

export const turboQuietly = (args) => nodeQuietly(npm(), turboByNpm(args), untold);

const turboByNpm = (args) => [...pnpmByNpm('--prefer-offline'), 'exec', 'turbo', 'run', '--concurrency=2', ...args];

const untold = { TURBO_TELEMETRY_DISABLED: '1' };

function pnpmByNpm(preference) {
  const { packageManager } = readJson(join(root, 'package.json'));
  return ['exec', '--yes', '--loglevel=error', preference, '--', packageManager];
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
