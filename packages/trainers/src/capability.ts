import { deviceInUse, gmError, type Network } from '@gm/core';
import { getBackend, getKernel } from '@tensorflow/tfjs-core';

/**
 * Passes when the backend in use can train these networks, as far as they say what they need.
 *
 * @throws GM_BACKEND when it lacks kernels, GM_MEMORY when a parameter is larger than its device takes
 */
export function checkCapable(networks: Readonly<Record<string, Network>>): void {
  for (const [name, network] of Object.entries(networks)) {
    checkKernels(name, network.kernels ?? []);
    checkSizes(name, network.parameters);
  }
}

function checkKernels(name: string, kernels: readonly string[]): void {
  const backend = getBackend();
  const missing = kernels.filter((kernel) => !getKernel(kernel, backend));
  if (missing.length === 0) return;
  throw gmError('GM_BACKEND', {
    where: 'trainer',
    expected: `a backend with all kernels that training '${name}' calls`,
    received: `'${backend}' without ${missing.join(', ')}`,
    remedy:
      backend === 'wasm'
        ? "Call await useBackend('wasm') of @gm/backends, which brings them."
        : "Choose another backend: await useBackend('wasm') of @gm/backends, for instance.",
  });
}

function checkSizes(name: string, parameters: Network['parameters']): void {
  const limit = deviceInUse()?.tensorBytes ?? Number.POSITIVE_INFINITY;
  for (const [parameter, { size }] of Object.entries(parameters)) {
    if (4 * size <= limit) continue;
    throw gmError('GM_MEMORY', {
      where: 'trainer',
      expected: `parameters of at most ${limit} bytes, which is what the device takes as one tensor`,
      received: `${name}/${parameter} of ${4 * size} bytes`,
      remedy: "Take a smaller layer, or another backend: await useBackend('wasm').",
    });
  }
}
