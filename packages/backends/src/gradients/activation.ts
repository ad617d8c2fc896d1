import {
  add,
  cast,
  Elu,
  Exp,
  exp,
  type GradConfig,
  LeakyRelu,
  LogSoftmax,
  lessEqual,
  minimum,
  mul,
  Relu,
  Relu6,
  Selu,
  Sigmoid,
  Softmax,
  Softplus,
  sigmoid,
  softmax,
  square,
  step,
  sub,
  sum,
  Tanh,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core';
import { activationGradKernel, softmaxGradKernel } from './kernelNames.js';
import { fromInputs, fromOutput, inOnePass, runKernel } from './rule.js';

/** λ and λα of Klambauer et al. (2017), Self-Normalizing Neural Networks, arXiv:1706.02515, as tfjs has them. */
const SELU_SCALE = 1.0507009873554805;
const SELU_SCALE_ALPHA = 1.7580993408473768;

export const activationGradients: readonly GradConfig[] = [
  fromOutput(Exp, 'x', exp, (dy, y) => mul(dy, y)),
  fromOutput(Tanh, 'x', tanh, (dy, y) => slope('tanh', dy, y, () => mul(dy, sub(1, square(y))))),
  fromOutput(Sigmoid, 'x', sigmoid, (dy, y) => slope('sigmoid', dy, y, () => mul(dy, mul(y, sub(1, y))))),
  fromOutput(
    Softmax,
    'logits',
    (logits, { dim }) => softmax(logits, dim),
    (dy, y, { dim }) => softmaxSlope(false, dy, y, () => mul(y, sub(dy, sum(mul(dy, y), dim, true)))),
  ),
  // tf.logSoftmax has a gradient of its own inside and never gets here; kernels run by name do.
  fromOutput(
    LogSoftmax,
    'logits',
    (logits, attrs) => runKernel(LogSoftmax, { logits }, attrs),
    (dy, y, { axis }) => softmaxSlope(true, dy, y, () => sub(dy, mul(exp(y), sum(dy, axis, true)))),
  ),
  fromInputs(Relu, ['x'], (dy, [x]) => ({ x: () => slope('relu', dy, x, () => mul(dy, step(x))) })),
  fromInputs(Relu6, ['x'], (dy, [x]) => ({
    x: () => slope('relu6', dy, x, () => mul(dy, mul(step(x), cast(lessEqual(x, 6), 'float32')))),
  })),
  // step(x, α) is 1 above 0 and α elsewhere.
  fromInputs(LeakyRelu, ['x'], (dy, [x], { alpha }) => ({
    x: () => slope('leakyrelu', dy, x, () => mul(dy, step(x, alpha)), alpha),
  })),
  // exp(min(x, 0)) is 1 above 0, so that nothing overflows in the branch that is not taken.
  fromInputs(Elu, ['x'], (dy, [x]) => ({ x: () => slope('elu', dy, x, () => mul(dy, exp(minimum(x, 0)))) })),
  fromInputs(Selu, ['x'], (dy, [x]) => ({
    x: () =>
      slope('selu', dy, x, () => {
        const below = mul(exp(minimum(x, 0)), sub(1, step(x)));
        return mul(dy, add(mul(step(x), SELU_SCALE), mul(below, SELU_SCALE_ALPHA)));
      }),
  })),
  fromInputs(Softplus, ['x'], (dy, [x]) => ({ x: () => slope('softplus', dy, x, () => mul(dy, sigmoid(x))) })),
];

/** dy · f′ from what went into the activation, or came out of it, as the kernel wants it. */
function slope(activation: string, dy: Tensor, x: Tensor, composed: () => Tensor, alpha = 0): Tensor {
  return inOnePass(activationGradKernel, { dy, x }, { activation, alpha }, composed);
}

function softmaxSlope(log: boolean, dy: Tensor, y: Tensor, composed: () => Tensor): Tensor {
  return inOnePass(softmaxGradKernel, { dy, y }, { log }, composed);
}
