import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@gm/backends';
import { expectError } from '@gm/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, trainFor } from '../test/parts.js';
import { encodeCheckpoint, trainer } from './index.js';
import { loadCheckpoint, saveCheckpoint } from './node.js';

describe('a checkpoint file', () => {
  let folder = '';
  let bytes = new Uint8Array();
  beforeEach(async () => {
    await useBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'gm-checkpoint-'));
    const run = trainer(recipes.vae!(1));
    await trainFor(run, 2);
    bytes = (await encodeCheckpoint(run)) as Uint8Array<ArrayBuffer>;
    disposeAll(run);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read back as it was written, with no temporary file beside it', async () => {
    const path = join(folder, 'run.safetensors');
    await writeFile(path, 'former');
    await saveCheckpoint(path, bytes);
    expect((await loadCheckpoint(path)).steps).toBe(2);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    expect(await readdir(folder)).toEqual(['run.safetensors']);
  });

  it('stays as it was when the new one cannot be written', async () => {
    const path = join(folder, 'run.safetensors');
    await saveCheckpoint(path, bytes);
    // A folder in the way makes the rename fail, for every user and on every system.
    await expectError(() => saveCheckpoint(join(path, 'inside'), bytes), 'GM_FILE', 'a folder that can be written');
    expect((await loadCheckpoint(path)).steps).toBe(2);
    expect(await readdir(folder)).toEqual(['run.safetensors']);
  });

  it('is refused when missing, truncated or something else', async () => {
    const path = join(folder, 'run.safetensors');
    await expectError(() => loadCheckpoint(path), 'GM_FILE', path, 'Check the path.');
    await writeFile(path, bytes.subarray(0, bytes.length / 2));
    await expectError(() => loadCheckpoint(path), 'GM_CHECKPOINT');
    await writeFile(path, 'a text file of some length');
    await expectError(() => loadCheckpoint(path), 'GM_CHECKPOINT');
  });
});
