import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';
import { gradientsForVitest } from './bundleGradients.ts';

export default mergeConfig(base, { plugins: [gradientsForVitest()] });
