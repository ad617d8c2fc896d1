/**
 * Compiles the kernels (AssemblyScript, ./index.ts) twice – with fused multiply-add where the engine has relaxed SIMD, and
 * without – and writes both as text into src/wasm/modules, from where bundlers take them like any other module.
 *
 *   node kernels/build.mjs
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../src/wasm/modules/', import.meta.url));
/** The most that may travel inside a JavaScript file, compressed. */
const LIMIT = 60_000;

const options = [
  '--runtime=stub', // no allocator and no objects: the memory is tfjs's
  '--importMemory',
  '--sharedMemory', // src/wasm/binary.ts takes that back where memory cannot be shared
  '--initialMemory=1',
  '--maximumMemory=65536',
  '--enable=simd',
  '--enable=threads',
  '--optimizeLevel=3',
  '--noAssert',
  '--use=abort=',
  '--disableWarning=112', // vectors as arguments: never across the border to JavaScript
];

async function compile(name, extra) {
  const files = {};
  const { error, stderr } = await asc.main(['index.ts', '--outFile=kernels.wasm', ...options, ...extra], {
    readFile: (path) => {
      try {
        return readFileSync(`${here}${path}`, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (path, contents) => {
      files[path] = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${stderr}`, { cause: error });
  const wasm = Buffer.from(files['kernels.wasm']);
  if (hasData(wasm)) throw new Error('The kernels hold static data, which would overwrite tfjs’s.');
  const base64 = wasm.toString('base64');
  const size = gzipSync(base64).length;
  if (size > LIMIT) throw new Error(`${name}: ${size} B compressed, more than ${LIMIT}. Ship it as a file of its own.`);
  writeFileSync(
    `${target}${name}.ts`,
    `/** Compiled from ../../../kernels by kernels/build.mjs. */\nexport const base64 =\n  '${base64}';\n`,
  );
  return `${name} ${(wasm.length / 1000).toFixed(1)} kB (${(size / 1000).toFixed(1)} kB as compressed text)`;
}

/** Whether the module has a data section. */
function hasData(wasm) {
  let place = 8;
  while (place < wasm.length) {
    const id = wasm[place++];
    let [size, shift, byte] = [0, 0, 0];
    do {
      byte = wasm[place++];
      size |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    if (id === 11) return true;
    place += size;
  }
  return false;
}

mkdirSync(target, { recursive: true });
const sizes = [await compile('relaxed', ['--enable=relaxed-simd']), await compile('plain', [])];
console.log(`kernels: ${sizes.join(', ')}`);
