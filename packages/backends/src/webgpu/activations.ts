import { sizeOf } from '@gm/core';
import {
  _FusedMatMul,
  Elu,
  FusedConv2D,
  FusedDepthwiseConv2D,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  Relu6,
  Sigmoid,
  Softmax,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { programOf, whole } from './program.js';
import type { WebGpuBackend } from './stock.js';

/** Kernels of tfjs with functions in them that hide a NaN, each followed by one that does not. */
export function activationKernels(): KernelConfig[] {
  return [...[_FusedMatMul, FusedConv2D, FusedDepthwiseConv2D].map(activated), softmax()];
}

const mended: Readonly<Record<string, string>> = { relu6: Relu6, elu: Elu, sigmoid: Sigmoid };

const kernel = (name: string) => getKernel(name, 'webgpu').kernelFunc;

/** The activation by itself, after the product. */
function activated(kernelName: string): KernelConfig {
  const stock = kernel(kernelName);
  const kernelFunc: KernelFunc = ({ attrs = {}, ...call }) => {
    const activation = mended[String(attrs.activation)];
    if (activation === undefined) return stock({ attrs, ...call });
    const x = stock({ attrs: { ...attrs, activation: 'linear' }, ...call }) as TensorInfo;
    const y = kernel(activation)({ inputs: { x }, backend: call.backend, attrs: {} });
    (call.backend as WebGpuBackend).disposeData(x.dataId);
    return y;
  };
  return { kernelName, backendName: 'webgpu', kernelFunc };
}

/** A NaN among the logits stays where it is, whatever is made of the others beside it. */
function softmax(): KernelConfig {
  const stock = kernel(Softmax);
  const kernelFunc: KernelFunc = (call) => {
    const { logits } = call.inputs as { logits: TensorInfo };
    const backend = call.backend as WebGpuBackend;
    const y = stock(call) as TensorInfo;
    const program = programOf({
      name: 'GmKeepNaN',
      outputShape: y.shape,
      variableNames: ['A', 'B'],
      body: 'let b = f32(B[index]); result[index] = select(A[index], b, isnan(b));',
    });
    const kept = backend.runWebGPUProgram(program, [y, logits], 'float32', [whole(sizeOf(y.shape))]);
    backend.disposeData(y.dataId);
    return kept;
  };
  return { kernelName: Softmax, backendName: 'webgpu', kernelFunc };
}
