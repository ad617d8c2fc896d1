import {
  add,
  Conv2D,
  conv2d,
  type GradConfig,
  getGradient,
  registerGradient,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Attributes, hasKernel, runKernel } from './backendKernel.js';
import { checkOperands } from './checks.js';
import { convolutionKernel } from './kernelNames.js';

export interface ConvolutionOptions {
  readonly strides: readonly [number, number];
  /** As tfjs takes it. */
  readonly pad: Parameters<typeof conv2d>[3];
}

// For image and filter the gradients of the convolution without bias, which are right at every order.
registerGradient({
  kernelName: convolutionKernel,
  inputsToSave: ['x', 'filter'],
  gradFunc: ((dy: Tensor, saved: Tensor[], attrs: Attributes) => ({
    ...getGradient(Conv2D).gradFunc(dy, saved, { ...attrs, dilations: [1, 1] }),
    bias: () => sum(dy, [0, 1, 2]),
  })) as unknown as GradConfig['gradFunc'],
});

/**
 * Convolution of images and bias in one pass.
 *
 *   y[i, j, o] = b[o] + Σ x[i·s + u, j·s + v, c] K[u, v, c, o]  over u, v, c
 *
 * @param x       float32 [batch, height, width, channels]
 * @param filter  K, float32 [height, width, channels, filters]
 * @param bias    b, float32 [filters]
 * @returns [batch, height′, width′, filters]
 * @throws GM_SHAPE when the shapes do not fit each other; GM_DTYPE when something is not float32
 * @example convolution(ones([1, 4, 4, 1]), ones([3, 3, 1, 2]), zeros([2]), { strides: [1, 1], pad: 'valid' })  // nines, [1, 2, 2, 2]
 */
export function convolution(x: Tensor, filter: Tensor, bias: Tensor, { strides, pad }: ConvolutionOptions): Tensor {
  const ranks = x.rank === 4 && filter.rank === 4 && bias.rank === 1;
  const fit = ranks && x.shape[3] === filter.shape[2] && filter.shape[3] === bias.shape[0];
  const expected = 'x [batch, height, width, channels], filter [height, width, channels, filters] and bias [filters]';
  checkOperands('convolution', { x, filter, bias }, fit, expected);
  const steps: [number, number] = [...strides];
  const attrs = { strides: steps, pad, dataFormat: 'NHWC' };
  if (hasKernel(convolutionKernel)) return runKernel(convolutionKernel, { x, filter, bias }, attrs)[0]!;
  return tidy(() => add(conv2d(x as Tensor4D, filter as Tensor4D, steps, pad), bias));
}
