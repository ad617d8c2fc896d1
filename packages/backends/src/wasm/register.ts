import {
  _FusedMatMul,
  AvgPool,
  BatchMatMul,
  ClipByValue,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedConv2D,
  FusedDepthwiseConv2D,
  getKernel,
  Identity,
  type KernelFunc,
  LeakyRelu,
  MaxPool,
  Relu6,
  registerKernel,
  Tile,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { clipByValue, leakyRelu, relu6 } from './activation.js';
import {
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseConv2D,
  fusedConv2D,
  fusedDepthwiseConv2D,
} from './convolution.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise.js';
import { type Body, composed } from './kernel.js';
import { fusedMatMul, matMul } from './matMul.js';
import { identity, tile } from './memory.js';
import { avgPool, maxPool } from './pooling.js';
import { unsortedSegmentSum } from './segments.js';

/** What stock wasm lacks, does slowly, or does wrongly. */
const kernels: Readonly<Record<string, Body>> = {
  // lacking: without them nothing that convolves or embeds can be trained
  [Conv2DBackpropFilter]: conv2DBackpropFilter,
  [DepthwiseConv2dNativeBackpropFilter]: depthwiseBackpropFilter,
  [DepthwiseConv2dNativeBackpropInput]: depthwiseBackpropInput,
  [UnsortedSegmentSum]: unsortedSegmentSum,
  // slow
  [BatchMatMul]: matMul,
  [Conv2DBackpropInput]: conv2DBackpropInput,
  [Identity]: identity,
  [LeakyRelu]: leakyRelu,
  [Tile]: tile,
  // wrong when a 'same' filter ends before its input
  [Conv2D]: conv2D,
  [DepthwiseConv2dNative]: depthwiseConv2D,
  // hiding NaN
  [_FusedMatMul]: fusedMatMul,
  [FusedConv2D]: fusedConv2D,
  [FusedDepthwiseConv2D]: fusedDepthwiseConv2D,
  [AvgPool]: avgPool,
  [MaxPool]: maxPool,
  [ClipByValue]: clipByValue,
  [Relu6]: relu6,
};

const MARK = 'gm';

/** Puts the kernels above in the place of tfjs's. A second call, from another copy of this package too, does nothing. */
export function registerWasmKernels(): void {
  const stock = new Map<string, KernelFunc>();
  for (const [kernelName, body] of Object.entries(kernels)) {
    const existing = getKernel(kernelName, 'wasm');
    if (existing && MARK in existing) continue;
    if (existing) {
      stock.set(kernelName, existing.kernelFunc);
      unregisterKernel(kernelName, 'wasm');
    }
    const kernel = { ...existing, kernelName, backendName: 'wasm', kernelFunc: composed(body, stock), [MARK]: true };
    registerKernel(kernel);
  }
}
