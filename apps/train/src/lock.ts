import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrongFile } from './complain.js';

interface Holder {
  readonly pid: number;
  /** When that process began, in the words of the system; tells a process from a later one with the same number. */
  readonly began: string;
}

/**
 * Keeps a second trainer out of a run folder; what it returns lets go. A lock whose process is gone is taken over.
 *
 * @throws GM_FILE when another process trains there
 */
export function lockRun(folder: string): () => void {
  const path = join(folder, 'lock.json');
  if (!takeLock(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw occupied(folder, holder);
    rmSync(path, { force: true });
    if (!takeLock(path)) throw occupied(folder, readHolder(path));
  }
  return () => rmSync(path, { force: true });
}

function takeLock(path: string): boolean {
  const own: Holder = { pid: process.pid, began: beganAt(process.pid) };
  try {
    writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? { pid, began: String(began) } : undefined;
  } catch {
    return undefined; // half-written by a process that was killed, or just removed
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, but somebody else's
  }
  return beganAt(pid) === began;
}

/** Field 22 of /proc/<pid>/stat, counted behind the name, which may hold spaces; '' where there is no /proc. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function occupied(folder: string, holder: Holder | undefined) {
  return wrongFile({
    where: folder,
    expected: 'a run that nobody else is training',
    received: holder === undefined ? 'one that was taken a moment ago' : `one held by process ${holder.pid}`,
    remedy: 'Wait until it ends, stop it with Ctrl-C there, or train into another folder with --out.',
  });
}
