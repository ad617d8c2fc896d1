import { gmError } from '@gm/core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { registerGradients } from './gradients/register.js';
import { registerWasmKernels } from './wasm/register.js';

/** Interim. */
export async function useBackend(name: 'auto' | 'wasm' | 'cpu' = 'auto'): Promise<{ name: string; reason: string }> {
  registerGradients();
  registerWasmKernels();
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const chosen = name === 'auto' ? 'wasm' : name;
  if (await setBackend(chosen)) return { name: chosen, reason: 'interim' };
  throw gmError('GM_BACKEND', {
    where: 'useBackend',
    expected: 'a backend that starts',
    received: name,
    remedy: 'Choose wasm or cpu.',
  });
}
