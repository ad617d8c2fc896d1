import { AddN, getKernel, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './stock.js';

/** tfjs binds all terms of a sum at once, more than a device can; here they are added in groups. */
export function addNInGroups(): KernelConfig {
  const stock = getKernel(AddN, 'webgpu').kernelFunc;
  const kernelFunc: KernelFunc = ({ inputs, ...call }) => {
    const backend = call.backend as WebGpuBackend;
    const most = backend.device.limits.maxStorageBuffersPerShaderStage! - 1; // one is written to
    let [terms, made] = [Object.values(inputs) as TensorInfo[], [] as TensorInfo[]];
    const add = (group: TensorInfo[]) =>
      stock({ inputs: group as never, backend, attrs: undefined as never }) as TensorInfo;
    while (terms.length > most) {
      const sums = groups(terms, most).map(add);
      for (const { dataId } of made) backend.disposeData(dataId);
      terms = made = sums;
    }
    const total = add(terms);
    for (const { dataId } of made) backend.disposeData(dataId);
    return total;
  };
  return { kernelName: AddN, backendName: 'webgpu', kernelFunc };
}

function groups<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
