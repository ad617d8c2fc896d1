import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeCheckpoint, encodeCheckpoint } from '@gm/trainers';
import { dispose } from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportedProgram } from '../src/composition/exported.js';
import { PRESETS } from '../src/composition/presets.js';
import type { Session } from '../src/engine/session.js';
import { composed, DATA } from './inNode.js';

const STEPS = 3;

describe('an exported program, run by Node', () => {
  let folder: string;
  beforeAll(() => {
    // Inside the package, so that @gm/* are found from there.
    folder = mkdtempSync(fileURLToPath(new URL('./program-', import.meta.url)));
    for (const file of ['digits', 'text.txt']) symlinkSync(join(DATA, file), join(folder, file));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(PRESETS)('$name ends with the very weights of the page’s run', async ({ composition }) => {
    const session = await composed(composition);
    await steps(session, STEPS);
    const expected = await decodeCheckpoint(await encodeCheckpoint(session.run));
    session.dispose();
    const found = await decodeCheckpoint(await runProgram(folder, exportedProgram(composition), [`${STEPS}`]));
    expect(found.steps).toBe(STEPS);
    expect(Object.keys(found.arrays)).toEqual(Object.keys(expected.arrays));
    for (const [name, { data }] of Object.entries(expected.arrays))
      expect(bytesOf(found.arrays[name]!.data).equals(bytesOf(data)), name).toBe(true);
  });
});

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
