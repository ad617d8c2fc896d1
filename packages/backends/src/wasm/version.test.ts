import { setBackend } from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { registerWasmKernels } from './start.js';

vi.mock('@tensorflow/tfjs-core', async (original) => ({ ...(await original<object>()), version_core: '4.23.1' }));

it('says once when tfjs is not of the version that was tested', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await registerWasmKernels({ threads: 1 });
  await registerWasmKernels({ threads: 1 });
  expect(await setBackend('wasm')).toBe(true);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('with TensorFlow.js 4.22, and this is 4.23.1')]]);
});
