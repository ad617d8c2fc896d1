import { type GmError, gmError } from '@gm/core';

interface FileComplaint {
  /** What the caller calls the file. */
  readonly name: string | undefined;
  /** The byte of the (unpacked) file where it shows. */
  readonly at?: number;
  readonly expected: string;
  readonly received: string;
  readonly remedy?: string;
  readonly cause?: unknown;
}

const DAMAGED = 'The file is damaged or not complete: fetch it again.';

/** A GM_FILE that names the file and the byte. */
export function fileError({ name, at, remedy = DAMAGED, ...complaint }: FileComplaint): GmError {
  return gmError('GM_FILE', {
    where: showWhere(name) + (at === undefined ? '' : ` at byte ${at}`),
    remedy,
    ...complaint,
  });
}

/** How messages begin that are about that file. */
export function showWhere(name: string | undefined): string {
  return name === undefined ? 'readIdx' : `readIdx ${name}`;
}
