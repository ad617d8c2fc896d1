import { add, type GradConfig, matMul, registerGradient, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './backendKernel.js';
import { checkOperands } from './checks.js';
import { linearKernel } from './kernelNames.js';

// Made of operations that have gradients themselves: right at every order.
registerGradient({
  kernelName: linearKernel,
  inputsToSave: ['x', 'weights'],
  gradFunc: ((dy: Tensor, [x, weights]: [Tensor, Tensor]) => ({
    x: () => matMul(dy, weights, false, true),
    weights: () => matMul(x, dy, true),
    bias: () => sum(dy, 0),
  })) as unknown as GradConfig['gradFunc'],
});

/**
 * Matrix product and bias in one pass.
 *
 *   y = x W + b
 *
 * @param x        float32 [batch, features]
 * @param weights  W, float32 [features, units]
 * @param bias     b, float32 [units]
 * @returns [batch, units]
 * @throws GM_SHAPE when the shapes do not fit each other; GM_DTYPE when something is not float32
 * @example linear(ones([2, 3]), ones([3, 4]), zeros([4]))  // threes, [2, 4]
 */
export function linear(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
  const [inner, units] = weights.shape;
  const ranks = x.rank === 2 && weights.rank === 2 && bias.rank === 1;
  const fit = ranks && x.shape[1] === inner && bias.shape[0] === units;
  checkOperands('linear', { x, weights, bias }, fit, 'x [batch, features], weights [features, units] and bias [units]');
  if (hasKernel(linearKernel)) return runKernel(linearKernel, { x, weights, bias }, {})[0]!;
  return tidy(() => add(matMul(x, weights), bias));
}
