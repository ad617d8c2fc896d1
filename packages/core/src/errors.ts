/** Stable names for what went wrong; messages may be reworded, codes are not. */
export type ErrorCode =
  | 'GM_SHAPE' // a tensor's shape or rank does not fit
  | 'GM_DTYPE' // a tensor's number type does not fit
  | 'GM_RANGE' // a value is outside the range a part can take
  | 'GM_FIT' // two parts cannot be composed
  | 'GM_OPTION' // an option is unknown, missing or outside its limits
  | 'GM_LABEL' // a class label is outside the head's classes
  | 'GM_RANDOM' // randomness is needed and none was handed in
  | 'GM_FILE' // a file is missing, unreadable, truncated or of another format
  | 'GM_CHECKPOINT' // a checkpoint is damaged or of another composition
  | 'GM_BACKEND' // a backend is unknown, cannot start, or cannot do what is asked
  | 'GM_DEVICE' // the device that a backend computes on is lost, or refused a command
  | 'GM_MEMORY' // a backend has no room for a tensor
  | 'GM_GRADIENT' // a gradient is missing or cannot be taken
  | 'GM_PROTOCOL' // numbers were measured in different ways
  | 'GM_NOT_FINITE' // a loss, gradient or parameter is NaN or infinite
  | 'GM_BUSY' // a run is asked for something while its averages stand in for its parameters
  | 'GM_DISPOSED'; // a part was used after its dispose()

/** An error with a stable code and a message that says what was expected, what came, and the remedy. */
export interface GmError extends Error {
  readonly code: ErrorCode;
}

export interface Complaint {
  /** The function or part that refuses, as the caller knows it. */
  readonly where: string;
  readonly expected: string;
  /** What came, names with values. */
  readonly received: string;
  /** What to do, as an instruction that ends with a full stop. */
  readonly remedy: string;
  readonly cause?: unknown;
}

const KIND: Partial<Record<ErrorCode, ErrorConstructor>> = {
  GM_RANGE: RangeError,
  GM_LABEL: RangeError,
  GM_OPTION: TypeError,
  GM_DTYPE: TypeError,
};

/**
 * Makes the error to throw: `<where>: expected <expected>, received <received>. <remedy>`.
 *
 * @example throw gmError('GM_SHAPE', { where: 'dense', expected: 'rank 2', received: '[3]', remedy: 'Add a batch axis.' })
 */
export function gmError(code: ErrorCode, { where, expected, received, remedy, cause }: Complaint): GmError {
  const message = `${where}: expected ${expected}, received ${received}. ${remedy}`;
  const error = new (KIND[code] ?? Error)(message, cause === undefined ? undefined : { cause });
  return Object.assign(error, { code });
}

/** Whether `error` is one of ours, optionally with that very code. Works across copies of this package. */
export function isGmError(error: unknown, code?: ErrorCode): error is GmError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined ? error.code.startsWith('GM_') : error.code === code;
}
