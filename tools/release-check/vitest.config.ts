import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

/** Installing takes as long as the network does. */
export default mergeConfig(base, { test: { testTimeout: 180_000, hookTimeout: 300_000 } });
