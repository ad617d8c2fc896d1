import { sizeOf } from '@gm/core';
import { Cast, getKernel, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { programOf, whole } from './program.js';
import type { WebGpuBackend } from './stock.js';

/**
 * Whole numbers as float32. tfjs only says that they are; its shaders that copy numbers (transpose, which sums over first axes use)
 * do not compile then.
 */
export function castToFloat(): KernelConfig {
  const stock = getKernel(Cast, 'webgpu').kernelFunc;
  const kernelFunc: KernelFunc = (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    const backend = call.backend as WebGpuBackend;
    const stored = backend.tensorMap.get(x.dataId)!.dtype;
    const isWhole = stored === 'int32' || stored === 'bool';
    if ((call.attrs as { dtype?: unknown }).dtype !== 'float32' || !isWhole) return stock(call);
    const program = programOf({
      name: 'GmCast',
      outputShape: x.shape,
      variableNames: ['A'],
      body: 'result[index] = f32(A[index]);',
    });
    return backend.runWebGPUProgram(program, [x], 'float32', [whole(sizeOf(x.shape))]);
  };
  return { kernelName: Cast, backendName: 'webgpu', kernelFunc };
}
