import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeCheckpoint, encodeCheckpoint } from '@gm/trainers';
import { dispose } from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHOICES, type Composition } from '../src/composition/composition.js';
import { exportedProgram } from '../src/composition/exported.js';
import { defaultsFor, PRESETS } from '../src/composition/presets.js';
import { IMAGES_FILE } from '../src/composition/program.js';
import { hasSlot } from '../src/composition/slots.js';
import { toHash } from '../src/composition/url.js';
import { objectionTo } from '../src/engine/objection.js';
import type { Session } from '../src/engine/session.js';
import { composed, DATA, small } from './inNode.js';

const STEPS = 3;

let folder: string;
beforeAll(() => {
  // Inside the package, so that @gm/* are found from there.
  folder = mkdtempSync(fileURLToPath(new URL('./program-', import.meta.url)));
  for (const file of ['digits', 'text.txt']) symlinkSync(join(DATA, file), join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('an exported program, run by Node', () => {
  const check = async (composition: Composition) => {
    const session = await composed(composition);
    await steps(session, STEPS);
    const expected = await decodeCheckpoint(await encodeCheckpoint(session.run));
    session.dispose();
    const found = await decodeCheckpoint(await runProgram(folder, exportedProgram(composition), [`${STEPS}`]));
    expect(found.steps).toBe(STEPS);
    expect(Object.keys(found.arrays)).toEqual(Object.keys(expected.arrays));
    for (const [name, { data }] of Object.entries(expected.arrays))
      expect(bytesOf(found.arrays[name]!.data).equals(bytesOf(data)), name).toBe(true);
  };

  it.each(PRESETS)('$name ends with the very weights of the page’s run', ({ composition }) => check(composition));

  it('reads the user’s own images from the file that the page saves', async () => {
    const blank = new Uint8Array(16 + 16 * 784);
    for (const [place, value] of [0x0803, 16, 28, 28].entries()) new DataView(blank.buffer).setUint32(4 * place, value);
    writeFileSync(join(folder, IMAGES_FILE), blank);
    await check(small('vae', 'images'));
  });
});

describe('an exported program, read by TypeScript', () => {
  it('has no error under strict and exactOptionalPropertyTypes, whatever is composed', {
    timeout: 120_000,
  }, async () => {
    const place = join(folder, 'types');
    mkdirSync(place);
    for (const [index, one] of everything().entries())
      writeFileSync(join(place, `${index}.ts`), `// ${toHash(one)}\n${exportedProgram(one)}`);
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, include: ['*.ts'] }));
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    const said = await promisify(execFile)(process.execPath, [compiler, '-p', place]).catch(({ stdout }) => ({
      stdout,
    }));
    expect(said.stdout).toBe('');
  });

  it('says what to put beside it, where the packages are, and that its learning rates stay', () => {
    const headOf = (data: Composition['data']) => exportedProgram(defaultsFor('vae', data)).split('\nimport')[0]!;
    expect(headOf('images')).toContain('Download as IDX');
    expect(headOf('images')).toContain(`reads ${IMAGES_FILE} beside it`);
    expect(headOf('digits')).toContain('public/data/digits');
    expect(headOf('moons')).not.toContain('beside it');
    for (const words of ['not on npm yet', 'README.md', 'has the learning rates that the page has now'])
      expect(headOf('moons')).toContain(words);
    expect(headOf('moons')).not.toContain('npm install');
  });
});

const STRICT = {
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
};

/** Every system on every kind of data, told the class or not, and with each choice that there is. */
function everything(): readonly Composition[] {
  const keys = <Of extends object>(of: Of) => Object.keys(of) as (keyof Of)[];
  const kinds = ['digits', 'images', 'moons', 'swissRoll', 'points', 'text'] as const;
  const all = keys(CHOICES.system).flatMap((system) =>
    kinds
      .map((data) => ({ ...defaultsFor(system, data), data, points: [0, 0.5, 1, 1.5] }))
      .flatMap((one) => [one, { ...one, conditional: true }].slice(0, hasSlot(one, 'conditional') ? 2 : 1))
      .flatMap((one) => [
        one,
        ...keys(CHOICES)
          .filter((slot) => slot !== 'system' && slot !== 'data' && hasSlot(one, slot))
          .flatMap((slot) => keys(CHOICES[slot] as object).map((value): Composition => ({ ...one, [slot]: value }))),
      ]),
  );
  const byAddress = new Map(all.filter((one) => objectionTo(one) === undefined).map((one) => [toHash(one), one]));
  return [...byAddress.values()];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

/** As `train` does them. */
async function steps({ run, source }: Session, count: number): Promise<void> {
  for (let step = 0; step < count; step++) {
    const batch = await source.at(run.steps);
    dispose(run.step(batch));
    dispose(batch);
  }
}

/** Types taken off, run in a folder with the data, on as many threads as the page's run here. @returns the checkpoint that it saves */
async function runProgram(folder: string, program: string, [count]: string[]): Promise<Uint8Array> {
  const path = join(folder, 'program.mjs');
  writeFileSync(join(folder, 'program.ts'), program.replace('useBackend()', "useBackend('wasm', { threads: 1 })"));
  await build({
    entryPoints: [join(folder, 'program.ts')],
    outfile: path,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
  });
  await promisify(execFile)(process.execPath, [path, '', count!], { cwd: folder });
  return readFileSync(join(folder, 'checkpoint.safetensors'));
}
