import {
  AvgPool,
  AvgPoolGrad,
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  Elu,
  Erf,
  FusedBatchNorm,
  GatherV2,
  getKernel,
  LeakyRelu,
  MaxPool,
  MaxPoolGrad,
  Pack,
  Select,
  Selu,
  Softmax,
  Softplus,
  SplitV,
  Unpack,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';

/** Parts that a backend cannot train, and why. */
export interface Untrainable {
  /** 'embeddings', for instance. */
  readonly part: string;
  /** The kernels it calls that the backend lacks. */
  readonly kernels: readonly string[];
}

/** What parts call beyond arithmetic, forward and for their gradients; the networks of gm say the same of themselves. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'dense layers': [BatchMatMul],
  convolutions: [Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput],
  'depthwise convolutions': [
    DepthwiseConv2dNative,
    DepthwiseConv2dNativeBackpropFilter,
    DepthwiseConv2dNativeBackpropInput,
  ],
  pooling: [MaxPool, MaxPoolGrad, AvgPool, AvgPoolGrad],
  embeddings: [GatherV2, UnsortedSegmentSum],
  'recurrent layers': [Pack, SplitV, Unpack],
  attention: [Softmax, Select],
  'batch normalization': [FusedBatchNorm],
  activations: [Elu, Erf, LeakyRelu, Selu, Softmax, Softplus],
};

/** By the kernels that tfjs knows of that backend. */
export function untrainable(tfjsName: string): Untrainable[] {
  return Object.entries(CALLED)
    .map(([part, kernels]) => ({ part, kernels: kernels.filter((kernel) => !getKernel(kernel, tfjsName)) }))
    .filter(({ kernels }) => kernels.length > 0);
}
