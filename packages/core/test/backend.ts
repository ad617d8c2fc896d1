import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // brings the gradients, which tfjs-core has none of in Node
import { setBackend } from '@tensorflow/tfjs-core';

export const backends = ['cpu', 'wasm'] as const;

/** Core stands below @gm/backends, so its own tests choose a backend by hand. */
export async function useBackend(name: (typeof backends)[number]): Promise<void> {
  if (!(await setBackend(name))) throw new Error(`The backend ${name} does not start.`);
}
