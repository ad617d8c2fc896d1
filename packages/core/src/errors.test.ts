import { describe, expect, it } from 'vitest';
import { type ErrorCode, gmError, isGmError } from './index.js';

const complaint = { where: 'dense', expected: 'rank 2', received: '[3]', remedy: 'Add a batch axis.' };

describe('gmError', () => {
  it('says where, what was expected, what came and what to do', () => {
    expect(gmError('GM_SHAPE', complaint).message).toBe('dense: expected rank 2, received [3]. Add a batch axis.');
  });

  it.each<[ErrorCode, ErrorConstructor]>([
    ['GM_RANGE', RangeError],
    ['GM_LABEL', RangeError],
    ['GM_OPTION', TypeError],
    ['GM_DTYPE', TypeError],
    ['GM_SHAPE', Error],
  ])('%s keeps its code and is a %s', (code, kind) => {
    const error = gmError(code, complaint);
    expect(error).toBeInstanceOf(kind);
    expect(error.code).toBe(code);
  });

  it('passes the cause on, and has none when there is none', () => {
    const cause = new Error('disk full');
    expect(gmError('GM_FILE', { ...complaint, cause }).cause).toBe(cause);
    expect('cause' in gmError('GM_FILE', complaint)).toBe(false);
  });
});

describe('isGmError', () => {
  it('knows ours by the code, also from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { code: 'GM_FIT' });
    expect(isGmError(gmError('GM_FIT', complaint))).toBe(true);
    expect(isGmError(foreign, 'GM_FIT')).toBe(true);
    expect(isGmError(foreign, 'GM_SHAPE')).toBe(false);
  });

  it.each([
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    { code: 'GM_FIT' },
    Object.assign(new Error('x'), { code: 1 }),
    null,
    'GM_FIT',
  ])('does not take %s for one of ours', (other) => {
    expect(isGmError(other)).toBe(false);
  });
});
