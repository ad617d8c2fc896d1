import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

/** A page on a busy machine takes its time. */
export default mergeConfig(base, { test: { expect: { poll: { timeout: 30_000 } } } });
