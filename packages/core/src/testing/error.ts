import { dispose } from '@tensorflow/tfjs-core';
import { type ErrorCode, type GmError, isGmError } from '../errors.js';

/**
 * Passes when `work` throws an error of gm with that code, whose message holds every fragment; gives the error back.
 *
 * @param work  sync or async
 * @param code  the code, or 'any' for every code of gm
 * @throws Error saying what came instead
 * @example await expectError(() => gaussianKl(mean, logVariance), 'GM_SHAPE', 'mean [64, 16]', 'splitGaussian()')
 */
export async function expectError(
  work: () => unknown,
  code: ErrorCode | 'any',
  ...fragments: readonly string[]
): Promise<GmError> {
  const error = await caught(work);
  const wanted = code === 'any' ? 'an error with a GM_ code' : `an error with code ${code}`;
  if (!isGmError(error, code === 'any' ? undefined : code)) {
    throw new Error(`expectError: expected ${wanted}, received ${describeError(error)}.`, { cause: error });
  }
  const missing = fragments.filter((fragment) => !error.message.includes(fragment));
  if (missing.length === 0) return error;
  const quoted = missing.map((fragment) => `'${fragment}'`).join(' and ');
  throw new Error(`expectError: expected a message with ${quoted}, received '${error.message}'.`, { cause: error });
}

const NOTHING = Symbol('nothing was thrown');

async function caught(work: () => unknown): Promise<unknown> {
  try {
    dispose((await work()) as never); // a leak is not what is wrong here
  } catch (error) {
    return error;
  }
  return NOTHING;
}

function describeError(error: unknown): string {
  if (error === NOTHING) return 'none';
  if (!(error instanceof Error)) return `'${String(error)}'`;
  return `${'code' in error ? String(error.code) : error.name} '${error.message}'`;
}
