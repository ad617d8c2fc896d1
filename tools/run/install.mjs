/** Installed dependencies, brought up to date only when what they depend on has changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, fetchPnpm, pnpm, unreachable } from './programs.mjs';
import { packages, root } from './workspace.mjs';

const stamp = join(root, 'node_modules', '.cache', 'gm', 'installed');

export async function install() {
  if (isCurrent()) return;
  console.log('Installing dependencies …');
  await fetchPnpm();
  // Without a terminal pnpm would stop to ask before it replaces a node_modules folder of another pnpm.
  const code = await pnpm(['install', '--frozen-lockfile', '--config.confirm-modules-purge=false']);
  if (code !== 0) throw new Failure(remedy);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

const remedy = `
The dependencies could not be installed; the reason stands above. If it names an outdated lockfile, you have changed a
package.json: \`npm run pnpm -- install\` writes a new lockfile.${unreachable}`;

function isCurrent() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint() && packages().every(hasItsModules);
}

/** Of everything that decides what is installed. */
function fingerprint() {
  const manifests = packages().map(({ folder }) => `${folder}/package.json`);
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function hasItsModules({ folder, manifest }) {
  const none = !manifest.dependencies && !manifest.devDependencies;
  return none || existsSync(join(root, folder, 'node_modules'));
}
