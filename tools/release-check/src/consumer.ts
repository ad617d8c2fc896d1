import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type Stream } from './run.js';

const programs = fileURLToPath(new URL('../consumers', import.meta.url));

/** A project of somebody else: an empty folder, `npm install` of what it names, and, when asked for, some programs. */
export async function installIn(folder: string, npmrc: string, dependencies: readonly string[], withPrograms = false) {
  writeFileSync(join(folder, '.npmrc'), npmrc);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await npm(['install', ...quick, ...dependencies], folder);
  if (withPrograms) cpSync(programs, folder, { recursive: true });
  return folder;
}

/** What npm complains about when it installs that into an empty folder, with its settings as they come. */
export async function complaintsIn(folder: string, npmrc: string, dependencies: readonly string[]) {
  writeFileSync(join(folder, '.npmrc'), npmrc);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const words = await npm(['install', '--loglevel=warn', ...dependencies], folder, 'stderr');
  return words.split('\n').filter((line) => /warn|error/i.test(line));
}

/** On Windows npm is a script, which only a shell starts. */
function npm(args: readonly string[], folder: string, stream: Stream = 'stdout') {
  return process.platform === 'win32'
    ? run('cmd', ['/d', '/s', '/c', 'npm', ...args], folder, {}, stream)
    : run('npm', args, folder, {}, stream);
}
