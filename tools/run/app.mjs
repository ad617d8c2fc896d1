/** The small programs in apps/: those with a main.ts, which Vite loads. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './programs.mjs';
import { root } from './workspace.mjs';

const folder = join(root, 'apps');

/** The path of an app's main.ts. @throws Failure naming those that there are */
export function mainOf(name) {
  const path = (app) => join(folder, app, 'main.ts');
  if (name !== undefined && existsSync(path(name))) return path(name);
  const apps = readdirSync(folder).filter((app) => existsSync(path(app)));
  throw new Failure(`npm run app -- <name>: ${apps.join(', ')}`);
}

/** Runs it. */
export async function start(path) {
  const { runnerImport } = await import('vite'); // installed by now
  const { module } = await runnerImport(path);
  await module.main();
}
