import {
  batchNormalizationGradKernel,
  batchNormalizationKernel,
  groupNormalizationGradKernel,
  groupNormalizationKernel,
  layerNormalizationGradKernel,
  layerNormalizationKernel,
} from '@gm/ops';
import {
  _FusedMatMul,
  AvgPool,
  AvgPoolGrad,
  BatchMatMul,
  ClipByValue,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  Elu,
  Erf,
  Exp,
  Expm1,
  FusedBatchNorm,
  FusedConv2D,
  FusedDepthwiseConv2D,
  getKernel,
  Identity,
  type KernelFunc,
  LeakyRelu,
  Log,
  Log1p,
  MaxPool,
  MaxPoolGrad,
  Relu,
  Relu6,
  ResizeBilinear,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  registerKernel,
  Sigmoid,
  Softplus,
  Tanh,
  Tile,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import {
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  fusedConv2D,
} from './convolution.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput, depthwiseConv2D, fusedDepthwiseConv2D } from './depthwise.js';
import { clipByValue, elu, erf, exp, expm1, leakyRelu, log, log1p, relu, relu6, sigmoid, softplus, tanh } from './elementwise.js';
import { type Body, kernelOf } from './kernel.js';
import { fusedMatMul, matMul } from './matMul.js';
import { identity, tile } from './memory.js';
import {
  batchNormalization,
  batchNormalizationGrad,
  fusedBatchNorm,
  groupNormalization,
  groupNormalizationGrad,
  layerNormalization,
  layerNormalizationGrad,
} from './norm.js';
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './pooling.js';
import { resizeBilinear, resizeBilinearGrad, resizeNearestNeighbor, resizeNearestNeighborGrad } from './resize.js';
import { unsortedSegmentSum } from './segments.js';

/** Which kernel goes where: tfjs's name of it, and ours that takes its place. One paragraph a file. */
const bodies: Readonly<Record<string, Body>> = {
  // matMul.ts
  [BatchMatMul]: matMul,
  [_FusedMatMul]: fusedMatMul,
  // convolution.ts
  [Conv2D]: conv2D,
  [FusedConv2D]: fusedConv2D,
  [Conv2DBackpropFilter]: conv2DBackpropFilter,
  [Conv2DBackpropInput]: conv2DBackpropInput,
  // depthwise.ts
  [DepthwiseConv2dNative]: depthwiseConv2D,
  [FusedDepthwiseConv2D]: fusedDepthwiseConv2D,
  [DepthwiseConv2dNativeBackpropFilter]: depthwiseBackpropFilter,
  [DepthwiseConv2dNativeBackpropInput]: depthwiseBackpropInput,
  // elementwise.ts
  [ClipByValue]: clipByValue,
  [Elu]: elu,
  [Erf]: erf,
  [Exp]: exp,
  [Expm1]: expm1,
  [LeakyRelu]: leakyRelu,
  [Log]: log,
  [Log1p]: log1p,
  [Relu]: relu,
  [Relu6]: relu6,
  [Sigmoid]: sigmoid,
  [Softplus]: softplus,
  [Tanh]: tanh,
  // memory.ts
  [Identity]: identity,
  [Tile]: tile,
  // norm.ts
  [batchNormalizationKernel]: batchNormalization,
  [batchNormalizationGradKernel]: batchNormalizationGrad,
  [groupNormalizationKernel]: groupNormalization,
  [groupNormalizationGradKernel]: groupNormalizationGrad,
  [layerNormalizationKernel]: layerNormalization,
  [layerNormalizationGradKernel]: layerNormalizationGrad,
  [FusedBatchNorm]: fusedBatchNorm,
  // pooling.ts
  [AvgPool]: avgPool,
  [AvgPoolGrad]: avgPoolGrad,
  [MaxPool]: maxPool,
  [MaxPoolGrad]: maxPoolGrad,
  // resize.ts
  [ResizeBilinear]: resizeBilinear,
  [ResizeBilinearGrad]: resizeBilinearGrad,
  [ResizeNearestNeighbor]: resizeNearestNeighbor,
  [ResizeNearestNeighborGrad]: resizeNearestNeighborGrad,
  // segments.ts
  [UnsortedSegmentSum]: unsortedSegmentSum,
};

const MARK = 'gm';

/** Puts the kernels above in the place of tfjs's. A second call, from another copy of this package too, does nothing. */
export function registerKernels(): void {
  const stock = new Map<string, KernelFunc>();
  for (const [kernelName, body] of Object.entries(bodies)) {
    const existing = getKernel(kernelName, 'wasm');
    if (existing && MARK in existing) continue;
    if (existing) {
      stock.set(kernelName, existing.kernelFunc);
      unregisterKernel(kernelName, 'wasm');
    }
    const kernel = { ...existing, kernelName, backendName: 'wasm', kernelFunc: kernelOf(body, stock), [MARK]: true };
    registerKernel(kernel);
  }
}
