/** Where things are: the root of the clone, and the folders of its packages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

const parents = ['packages', 'apps', 'tools'];

/** Every package of the workspace: its folder, relative to the root with forward slashes, and its package.json. */
export function packages() {
  const folders = parents.flatMap((parent) => children(parent).map((child) => `${parent}/${child}`));
  return [...folders, 'bench', 'parity', 'reproduce']
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readJson(join(root, folder, 'package.json')) }));
}

function children(parent) {
  return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).sort() : [];
}
