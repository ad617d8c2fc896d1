import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gmError } from '@gm/core';
import { type Checkpoint, decodeCheckpoint } from './checkpoint.js';

/**
 * Writes a checkpoint so that a reader, or a machine that loses power, finds the old file or the new one, never half of one:
 * temporary file in the same folder, synced, renamed, folder synced.
 *
 * @param bytes  what `encodeCheckpoint` gave
 * @throws GM_FILE when the folder cannot be written; the file is then the former one, or, if only its last sync failed, the new one
 * @example await saveCheckpoint('run.safetensors', await encodeCheckpoint(run))
 */
export async function saveCheckpoint(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(
      'saveCheckpoint',
      'a folder that can be written',
      path,
      'Choose another folder or free some space.',
      cause,
    );
  }
}

/**
 * Reads and verifies a checkpoint.
 *
 * @throws GM_FILE when the file cannot be read, GM_CHECKPOINT when it is damaged
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((cause) => {
    throw fileError('loadCheckpoint', 'a checkpoint file', path, 'Check the path.', cause);
  });
  return decodeCheckpoint(new Uint8Array(bytes));
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself last. Windows cannot open a folder, and does not need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function fileError(where: string, expected: string, path: string, remedy: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return gmError('GM_FILE', { where, expected, received: `${path} (${reason})`, remedy, cause });
}
