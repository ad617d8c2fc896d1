/**
 * What would be published, looked at as npm users get it: publint and attw find nothing to say about the tarball,
 * and each entry point stays small. tfjs and the other packages of the workspace are not counted. Parts of somebody else, in
 * examples/strangers-parts, are type-checked against the tarballs, keep the contracts and train.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Of an entry point, and of a part that is loaded when it is used: the compiled kernels for wasm. */
const limit = 20_000;
const lazyLimit = 60_000;
const example = fileURLToPath(new URL('../../examples/strangers-parts', import.meta.url));
const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const attw = fileURLToPath(new URL('node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url));
const complaints = [];
const temporary = mkdtempSync(join(tmpdir(), 'gm-pack-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));

console.log('minified and gzipped, without tfjs and without each other:');
for (const name of readdirSync(packages)) {
  const folder = join(packages, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const [entry, file] of entries(manifest)) {
    const { size, lazy } = await sizesOf(join(folder, file));
    const later = lazy.length ? `  and when they are used ${lazy.map((part) => `${part} B`).join(', ')}` : '';
    console.log(`${entry.padEnd(28)}${size.toString().padStart(7)} B${later}`);
    if (size > limit) complaints.push(`${entry}: ${size} B minified and gzipped, more than ${limit} B.`);
    for (const part of lazy.filter((part) => part > lazyLimit))
      complaints.push(`${entry}: a part of ${part} B minified and gzipped, more than ${lazyLimit} B.`);
  }
  complaints.push(...(await lint(folder, manifest)));
}
complaints.push(...(await tryExample()));
for (const complaint of complaints) console.error(complaint);
console.log(
  complaints.length
    ? `${complaints.length} complaints`
    : 'publint, attw and the parts of a stranger have nothing to say',
);
process.exitCode = complaints.length ? 1 : 0;

/** [['@gm/core', './dist/index.js'], ['@gm/core/testing', './dist/testing.js'], …] */
function entries({ name, exports }) {
  return Object.entries(exports)
    .filter(([, target]) => typeof target !== 'string') // else a file of data, as it is
    .map(([path, target]) => [name + path.slice(1), target.import.default]);
}

/** What is loaded at once, and each part that is loaded later. */
async function sizesOf(file) {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: '/',
    metafile: true,
    write: false,
  });
  const outputs = Object.entries(metafile.outputs).map(([name, output], index) => ({
    name,
    ...output,
    size: gzipSync(outputFiles[index].contents, { level: 9 }).length,
  }));
  const entry = resolve(file);
  const atOnce = new Set();
  const load = ({ name, imports }) => {
    atOnce.add(name);
    const statements = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
    for (const next of outputs) if (statements.includes(next.name) && !atOnce.has(next.name)) load(next);
  };
  load(outputs.find(({ entryPoint }) => entryPoint && resolve(entryPoint) === entry));
  return {
    size: outputs.reduce((sum, { name, size }) => (atOnce.has(name) ? sum + size : sum), 0),
    lazy: outputs.filter(({ name }) => !atOnce.has(name)).map(({ size }) => size),
  };
}

async function lint(folder, { name, exports }) {
  const tarball = await pack(folder);
  const { messages, pkg } = await publint({ pack: { tarball: readFileSync(tarball) }, strict: true });
  const types = await run(
    process.execPath,
    [attw, tarball, '--profile', 'node16', '--format', 'ascii', '--no-color', ...withoutData(exports)],
    folder,
  );
  return [
    ...messages.map((message) => `${name}: publint: ${formatMessage(message, pkg, { color: false })}`),
    ...(types.code === 0 ? [] : [`${name}: attw:\n${types.output}`]),
  ];
}

/** The tarball of a package, which stays until the end. */
async function pack(folder) {
  const destination = join(temporary, 'tarballs', basename(folder));
  mkdirSync(destination, { recursive: true });
  await run('pnpm', ['pack', '--pack-destination', destination], folder);
  return join(destination, readdirSync(destination)[0]);
}

/** A copy of the example with the tarballs in the place of our packages: `npm install`, then its own `npm test`. */
async function tryExample() {
  const folder = join(temporary, 'example');
  const source = (path) => !['node_modules', 'dist'].includes(basename(path));
  cpSync(example, folder, { recursive: true, filter: source });
  const tarballs = readdirSync(join(temporary, 'tarballs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const quick = [
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ];
  for (const args of [['install', ...quick, ...tarballs], ['test']]) {
    const { code, output } = await run('npm', args, folder);
    if (code !== 0) return [`examples/strangers-parts: npm ${args[0]}:\n${output}`];
    if (args[0] === 'test') console.log(`parts of a stranger: ${output.match(/(?<=pass )\d+/)?.[0]} tests passed`);
  }
  return [];
}

/** Files of data have no types to resolve. */
function withoutData(exports) {
  const data = Object.keys(exports).filter((path) => typeof exports[path] === 'string' && !path.endsWith('.json'));
  return data.length ? ['--exclude-entrypoints', ...data.map((path) => path.slice(2))] : [];
}

function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    // pnpm and npm are scripts on Windows, which only a shell starts.
    const shell = process.platform === 'win32' && program !== process.execPath;
    execFile(program, args, { cwd, shell }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? error.code : 0, output: stdout + stderr });
    });
  });
}
