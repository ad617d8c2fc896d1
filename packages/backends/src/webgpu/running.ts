import { deviceOf } from '@gm/core';
import {
  engine,
  findBackendFactory,
  getKernel,
  registerBackend,
  registerKernel,
  removeBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { activationKernels } from './activations.js';
import { addNInGroups } from './addN.js';
import { castToFloat } from './cast.js';
import { functionKernels } from './functions.js';
import { guard } from './guard.js';
import { maxPool } from './maxPool.js';
import { randomKernels } from './random.js';
import type { WebGpuBackend } from './stock.js';
import { watch } from './watch.js';

const NAME = 'webgpu';

/** Once tfjs knows the backend: registers our kernels, and makes way for a new device where the former has failed. */
export function beforeStart(): void {
  registerKernels();
  removeFailed();
}

/** Once it runs: makes it safe to use, the first time. */
export function afterStart(reading: { readonly readsBack: boolean }): void {
  const backend = engine().backend as WebGpuBackend;
  if (deviceOf(backend)) return;
  watch(backend);
  guard(backend, reading);
}

function registerKernels(): void {
  if (getKernel(randomKernels[0]!.kernelName, NAME)) return;
  const mended = [addNInGroups(), castToFloat(), maxPool, ...functionKernels, ...activationKernels()];
  for (const kernel of [...randomKernels, ...mended]) {
    if (getKernel(kernel.kernelName, NAME)) unregisterKernel(kernel.kernelName, NAME);
    registerKernel(kernel);
  }
}

/** tfjs starts another backend, on a device of its own, when the former is gone. */
function removeFailed(): void {
  const former = engine().registry[NAME] as WebGpuBackend | undefined;
  if (!deviceOf(former)?.failure) return;
  const factory = findBackendFactory(NAME);
  removeBackend(NAME);
  former!.device.destroy();
  registerBackend(NAME, factory, 3);
}
