/**
 * `npm run native`: tfjs-node with its binding, in a cache outside the repository, and a link to it in parity/node_modules, where
 * useBackend('node') finds it from the working directory. It is no dependency: whoever clones should not have to fetch a gigabyte.
 */
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildBinding, cacheFolder, Obstacle } from '../native-binding.mjs';
import { Failure, npmInstall } from './programs.mjs';
import { root } from './workspace.mjs';

const NAME = '@tensorflow/tfjs-node';
const VERSION = '4.22.0';
const link = join(root, 'parity', 'node_modules', NAME);
/** What turbo reads in the place of the link: tests that were skipped without the binding run when it is there. */
const note = join(root, 'parity', '.native');

export async function native() {
  const folder = await installed(join(cacheFolder(), 'native', `tfjs-node-${VERSION}`));
  const { binding, tensorFlow } = await built(folder);
  point(folder);
  writeFileSync(note, `${NAME} ${VERSION}, TensorFlow ${tensorFlow}\n`);
  console.log(`${NAME} ${VERSION} with TensorFlow ${tensorFlow}: ${binding}`);
}

/** The folder of the package, installed beside its place and moved there when it is whole. */
async function installed(home) {
  const folder = join(home, 'node_modules', NAME);
  if (existsSync(folder)) return folder;
  console.log(`Installing ${NAME} ${VERSION} in ${home} …`);
  const half = `${home}.${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, 'package.json'), JSON.stringify({ private: true, dependencies: { [NAME]: VERSION } }));
  if ((await npmInstall(half)) !== 0) {
    rmSync(half, { recursive: true, force: true });
    throw new Failure(`${NAME} could not be installed; the reason stands above.`);
  }
  renameSync(half, home);
  return folder;
}

async function built(folder) {
  try {
    return await buildBinding({ folder });
  } catch (error) {
    throw error instanceof Obstacle ? new Failure(error.message) : error;
  }
}

function point(folder) {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(folder, link);
}
