/**
 * `npm run native`: tfjs-node (with --gpu tfjs-node-gpu) with its binding, in a cache outside the repository, and a link to it in
 * parity/.native, from where useBackend('node') finds it. It is no dependency: whoever clones should not have to fetch a gigabyte.
 */
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildBinding, cacheFolder, Obstacle } from '../native-binding.mjs';
import { Failure, npmInstall } from './programs.mjs';
import { root } from './workspace.mjs';

const VERSION = '4.22.0';
const place = join(root, 'parity', '.native');

export async function native(args) {
  const name = nameOf(args);
  const folder = await installed(name, join(cacheFolder(), 'native', `${basename(name)}-${VERSION}`));
  const { binding, tensorFlow, gpu } = await built(folder);
  point(join(place, 'node_modules', name), folder);
  const what = `${name} ${VERSION} with TensorFlow ${tensorFlow}, ${gpu ? 'on CUDA' : 'on the processor'}`;
  // What turbo reads in the place of the link.
  writeFileSync(join(place, 'built.txt'), `${what}\n`);
  console.log(`${what}: ${binding}`);
}

function nameOf(args) {
  if (args.length === 0) return '@tensorflow/tfjs-node';
  if (args.length === 1 && args[0] === '--gpu') return '@tensorflow/tfjs-node-gpu';
  throw new Failure(`npm run native takes nothing, or -- --gpu; it was given ${args.join(' ')}.`);
}

/** The folder of the package, installed beside its place and moved there when it is whole. */
async function installed(name, home) {
  const folder = join(home, 'node_modules', name);
  if (existsSync(folder)) return folder;
  console.log(`Installing ${name} ${VERSION} in ${home} …`);
  const half = `${home}.${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: VERSION } }));
  if ((await npmInstall(half)) !== 0) {
    rmSync(half, { recursive: true, force: true });
    throw new Failure(`${name} could not be installed; the reason stands above.`);
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

function point(link, folder) {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(folder, link);
}
