import { type Complaint, type ErrorCode, type GmError, gmError, isGmError } from '@gm/core';
import { CommanderError } from 'commander';
import pc from 'picocolors';

/** How `gm` ends. */
export const EXIT = { done: 0, bug: 1, input: 2, diverged: 3, device: 4, interrupted: 130 } as const;

/** What is not about the input. */
const OWN_EXIT: Readonly<Partial<Record<ErrorCode, number>>> = { GM_NOT_FINITE: EXIT.diverged, GM_DEVICE: EXIT.device };

const FILE_TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path; it does not exist.',
  ENOTDIR: 'A part of that path is a file; choose another place.',
  EISDIR: 'That path is a folder; name a file.',
  EACCES: 'You may not write or read there; choose another place, for example with --out.',
  EPERM: 'You may not write or read there; choose another place, for example with --out.',
  EROFS: 'That place is read-only; choose another one, for example with --out.',
  ENOSPC: 'The disk is full; free some space and go on with --resume.',
};

/** An error about what was asked for on the command line. */
export function wrongOption(complaint: Complaint): GmError {
  return gmError('GM_OPTION', complaint);
}

/** An error about a file or folder. */
export function wrongFile(complaint: Complaint): GmError {
  return gmError('GM_FILE', complaint);
}

/** Writes one clear message to stderr and says which exit code belongs to it. */
export function complain(error: unknown, write: (text: string) => void = (text) => process.stderr.write(text)): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input; // commander has written it
  const message = messageFor(error);
  if (message !== undefined) {
    write(`${pc.red('gm:')} ${message}\n`);
    return isGmError(error) ? (OWN_EXIT[error.code] ?? EXIT.input) : EXIT.input;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`${pc.red('gm: this is a bug in gm, not in what you did.')}\n${trace}\n`);
  write('Please report it with the command you ran, this trace and what `gm doctor` prints.\n');
  return EXIT.bug;
}

function messageFor(error: unknown): string | undefined {
  if (isGmError(error, 'GM_DEVICE'))
    return `${error.message}\nA run keeps its last checkpoint: gm train --resume <run> goes on from it.`;
  if (isGmError(error)) return error.code === 'GM_DISPOSED' ? undefined : error.message;
  const remedy = FILE_TROUBLE[codeOf(error)];
  return remedy === undefined ? undefined : `${(error as Error).message}. ${remedy}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
