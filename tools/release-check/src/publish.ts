import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node, run } from './run.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Releases every package from a copy of the repository, as a maintainer would; this repository stays as it is. */
export async function publishAll(copy: string, npmrc: string): Promise<readonly Manifest[]> {
  await copyRepository(copy);
  writeFileSync(join(copy, '.npmrc'), npmrc);
  await commit(copy);
  const changeset = join(root, 'node_modules/@changesets/cli/bin.js');
  await node([changeset, 'version'], copy, anonymous);
  await node([changeset, 'publish'], copy, anonymous);
  return manifests(copy);
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
}

/** The files that git knows or would add, the built output, and links to what is installed here. */
async function copyRepository(to: string) {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root);
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  for (const file of files) cpSync(join(root, file), join(to, file));
  for (const folder of folders(root)) cpSync(join(root, folder, 'dist'), join(to, folder, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'), 'junction');
  for (const folder of folders(to)) linkSiblings(to, folder);
}

/** pnpm reads the version behind a `workspace:` range from the dependent's node_modules. */
function linkSiblings(to: string, folder: string) {
  const { dependencies, devDependencies } = readJson(join(to, folder, 'package.json'));
  const siblings = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name.startsWith('@gm/'));
  for (const name of siblings) {
    const link = join(to, folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(to, name.replace('@gm/', 'packages/')), link, 'junction');
  }
}

async function commit(folder: string) {
  const git = (...args: string[]) => run('git', args, folder, anonymous);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=The tree that is released');
}

/** changesets commits to nothing, but it reads the history and leaves tags. */
const anonymous = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
  GIT_AUTHOR_NAME: 'release-check',
  GIT_AUTHOR_EMAIL: 'release-check@localhost',
  GIT_COMMITTER_NAME: 'release-check',
  GIT_COMMITTER_EMAIL: 'release-check@localhost',
};

const folders = (repository: string) => readdirSync(join(repository, 'packages')).map((name) => `packages/${name}`);

const manifests = (copy: string): Manifest[] =>
  folders(copy).map((folder) => readJson(join(copy, folder, 'package.json')));

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
