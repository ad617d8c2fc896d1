import { randomBitsKernel, randomNormalKernel, randomUniformKernel } from '@gm/core';
import {
  adamUpdateKernel,
  attentionGradKernel,
  attentionKernel,
  averageUpdateKernel,
  batchNormalizationGradKernel,
  batchNormalizationKernel,
  clipToNormKernel,
  convolutionKernel,
  gaussianKlGradKernel,
  gaussianKlKernel,
  gaussianSampleGradKernel,
  gaussianSampleKernel,
  globalNormKernel,
  groupNormalizationGradKernel,
  groupNormalizationKernel,
  gruGradKernel,
  gruKernel,
  layerNormalizationGradKernel,
  layerNormalizationKernel,
  linearKernel,
  lstmGradKernel,
  lstmKernel,
  maskedAttentionKernel,
  maskedGruKernel,
  maskedLstmKernel,
  momentumUpdateKernel,
  rmspropUpdateKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
  squaredDistanceGradKernel,
  squaredDistanceKernel,
} from '@gm/ops';
import {
  _FusedMatMul,
  AvgPool,
  AvgPoolGrad,
  BatchMatMul,
  ClipByValue,
  Concat,
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
  GatherV2,
  getKernel,
  Identity,
  type KernelFunc,
  LeakyRelu,
  Log,
  Log1p,
  LogSoftmax,
  Max,
  Maximum,
  MaxPool,
  MaxPoolGrad,
  Mean,
  Min,
  Minimum,
  Prod,
  Reciprocal,
  Relu,
  Relu6,
  ResizeBilinear,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  Rsqrt,
  registerKernel,
  Selu,
  Sigmoid,
  Slice,
  Softmax,
  Softplus,
  SplitV,
  Sqrt,
  Sum,
  Tanh,
  Tile,
  Transpose,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { activationGradKernel, softmaxGradKernel } from '../gradients/kernelNames.js';
import { attention, attentionGradient } from './attention.js';
import { convolution, linear } from './biased.js';
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput, fusedConv2D } from './convolution.js';
import { concat, slice, splitV } from './copy.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput, depthwiseConv2D, fusedDepthwiseConv2D } from './depthwise.js';
import {
  activationGrad,
  clipByValue,
  elu,
  erf,
  exp,
  expm1,
  leakyRelu,
  log,
  log1p,
  reciprocal,
  relu,
  relu6,
  rsqrt,
  selu,
  sigmoid,
  softplus,
  sqrt,
  tanh,
} from './elementwise.js';
import { maximum, minimum } from './extremes.js';
import { type Body, kernelOf } from './kernel.js';
import {
  gaussianKl,
  gaussianKlGrad,
  gaussianSample,
  gaussianSampleGrad,
  sigmoidCrossEntropy,
  sigmoidCrossEntropyGrad,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  squaredDistance,
  squaredDistanceGrad,
} from './losses.js';
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
import { randomBits, randomNormal, randomUniform } from './random.js';
import { gru, gruGradient, lstm, lstmGradient } from './recurrent.js';
import { max, mean, min, prod, sum } from './reduce.js';
import { resizeBilinear, resizeBilinearGrad, resizeNearestNeighbor, resizeNearestNeighborGrad } from './resize.js';
import { gatherV2, unsortedSegmentSum } from './segments.js';
import { logSoftmax, softmax, softmaxGrad } from './softmax.js';
import { transpose } from './transpose.js';
import { adamUpdate, averageUpdate, clipToNorm, globalNorm, momentumUpdate, rmspropUpdate } from './update.js';

/** Which kernel goes where: tfjs's name of it, and ours that takes its place. One paragraph a file. */
const bodies: Readonly<Record<string, Body>> = {
  // attention.ts
  [attentionKernel]: attention,
  [maskedAttentionKernel]: attention,
  [attentionGradKernel]: attentionGradient,
  // matMul.ts
  [BatchMatMul]: matMul,
  [_FusedMatMul]: fusedMatMul,
  // biased.ts
  [convolutionKernel]: convolution,
  [linearKernel]: linear,
  // convolution.ts
  [Conv2D]: conv2D,
  [FusedConv2D]: fusedConv2D,
  [Conv2DBackpropFilter]: conv2DBackpropFilter,
  [Conv2DBackpropInput]: conv2DBackpropInput,
  // copy.ts
  [Concat]: concat,
  [Slice]: slice,
  [SplitV]: splitV,
  // depthwise.ts
  [DepthwiseConv2dNative]: depthwiseConv2D,
  [FusedDepthwiseConv2D]: fusedDepthwiseConv2D,
  [DepthwiseConv2dNativeBackpropFilter]: depthwiseBackpropFilter,
  [DepthwiseConv2dNativeBackpropInput]: depthwiseBackpropInput,
  // elementwise.ts
  [activationGradKernel]: activationGrad,
  [ClipByValue]: clipByValue,
  [Elu]: elu,
  [Erf]: erf,
  [Exp]: exp,
  [Expm1]: expm1,
  [LeakyRelu]: leakyRelu,
  [Log]: log,
  [Log1p]: log1p,
  [Reciprocal]: reciprocal,
  [Relu]: relu,
  [Relu6]: relu6,
  [Rsqrt]: rsqrt,
  [Selu]: selu,
  [Sigmoid]: sigmoid,
  [Softplus]: softplus,
  [Sqrt]: sqrt,
  [Tanh]: tanh,
  // extremes.ts
  [Maximum]: maximum,
  [Minimum]: minimum,
  // losses.ts
  [gaussianKlKernel]: gaussianKl,
  [gaussianKlGradKernel]: gaussianKlGrad,
  [gaussianSampleKernel]: gaussianSample,
  [gaussianSampleGradKernel]: gaussianSampleGrad,
  [sigmoidCrossEntropyKernel]: sigmoidCrossEntropy,
  [sigmoidCrossEntropyGradKernel]: sigmoidCrossEntropyGrad,
  [softmaxCrossEntropyKernel]: softmaxCrossEntropy,
  [softmaxCrossEntropyGradKernel]: softmaxCrossEntropyGrad,
  [squaredDistanceKernel]: squaredDistance,
  [squaredDistanceGradKernel]: squaredDistanceGrad,
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
  // recurrent.ts
  [lstmKernel]: lstm,
  [maskedLstmKernel]: lstm,
  [lstmGradKernel]: lstmGradient,
  [gruKernel]: gru,
  [maskedGruKernel]: gru,
  [gruGradKernel]: gruGradient,
  // reduce.ts
  [Max]: max,
  [Mean]: mean,
  [Min]: min,
  [Prod]: prod,
  [Sum]: sum,
  // random.ts
  [randomNormalKernel]: randomNormal,
  [randomUniformKernel]: randomUniform,
  [randomBitsKernel]: randomBits,
  [MaxPoolGrad]: maxPoolGrad,
  // resize.ts
  [ResizeBilinear]: resizeBilinear,
  [ResizeBilinearGrad]: resizeBilinearGrad,
  [ResizeNearestNeighbor]: resizeNearestNeighbor,
  [ResizeNearestNeighborGrad]: resizeNearestNeighborGrad,
  // segments.ts
  [GatherV2]: gatherV2,
  [UnsortedSegmentSum]: unsortedSegmentSum,
  // softmax.ts
  [LogSoftmax]: logSoftmax,
  [Softmax]: softmax,
  [softmaxGradKernel]: softmaxGrad,
  // transpose.ts
  [Transpose]: transpose,
  // update.ts
  [adamUpdateKernel]: adamUpdate,
  [averageUpdateKernel]: averageUpdate,
  [clipToNormKernel]: clipToNorm,
  [globalNormKernel]: globalNorm,
  [momentumUpdateKernel]: momentumUpdate,
  [rmspropUpdateKernel]: rmspropUpdate,
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
