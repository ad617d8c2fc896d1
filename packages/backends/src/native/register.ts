import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { type Mended, mended, type Stock } from './kernels.js';

const MARK = 'gm';
type Arguments = Parameters<KernelFunc>[0];

/** Puts the mended kernels in the place of those of tfjs-node. A second call, from another copy of this package too, does nothing. */
export function registerNativeKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(mended)) {
    const existing = getKernel(kernelName, backendName);
    if (!existing || MARK in existing) continue;
    unregisterKernel(kernelName, backendName);
    registerKernel({ ...existing, kernelFunc: around(existing.kernelFunc, kernel), [MARK]: true } as KernelConfig);
  }
}

function around(stockFunc: KernelFunc, kernel: Mended): KernelFunc {
  return (({ inputs, attrs, backend }: Arguments) => {
    const stock: Stock = (inputs, attrs) => stockFunc({ inputs, attrs, backend } as unknown as Arguments) as Tensor;
    return tidy(() => kernel(stock, inputs as unknown as Record<string, Tensor>, attrs ?? {}));
  }) as unknown as KernelFunc;
}
