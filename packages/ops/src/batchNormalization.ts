import { gmError, showShape } from '@gm/core';
import { add, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { fusedOperation } from './fusedOperation.js';
import { batchNormalizationGradKernel, batchNormalizationKernel } from './kernelNames.js';
import {
  checkOperands,
  gradientsBy,
  type NormalizationOptions,
  type Operand,
  operands,
  standardized,
} from './normalization.js';

const run = fusedOperation<Operand>({
  kernelName: batchNormalizationKernel,
  inputs: operands,
  outputs: 3,
  composed: ({ x, scale, offset }, { epsilon }) => {
    const { y, mean, variance } = standardized(x, axesBeforeLast(x), epsilon);
    return [add(mul(y, scale), offset), reshape(mean, scale.shape), reshape(variance, scale.shape)];
  },
  gradients: gradientsBy(batchNormalizationGradKernel),
});

/** What batchNormalization gives; all three can be differentiated. */
export interface BatchNormalized {
  /** The shape of x. */
  readonly y: Tensor;
  /** μ [channels] */
  readonly mean: Tensor;
  /** σ² [channels], divided by the count */
  readonly variance: Tensor;
}

/**
 * Batch normalisation with the statistics of the batch: every channel over all axes but the last.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β
 *
 * The statistics stay right when the mean is large beside the spread.
 *
 * @param x       float32 [batch, …, channels]
 * @param scale   γ, float32 [channels]
 * @param offset  β, float32 [channels]
 * @returns y, and μ and σ² for running statistics
 * @throws GM_SHAPE when scale or offset is not [channels], or x has no value for a channel; GM_DTYPE; GM_OPTION when ε is not above 0
 * @see Ioffe & Szegedy (2015), Batch normalization, algorithm 1, arXiv:1502.03167
 * @example const { y, mean, variance } = batchNormalization(x, ones([64]), zeros([64]))
 */
export function batchNormalization(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): BatchNormalized {
  checkOperands('batchNormalization', { x, scale, offset }, 2, epsilon);
  if (x.shape.slice(0, -1).includes(0)) {
    throw gmError('GM_SHAPE', {
      where: 'batchNormalization',
      expected: 'a value for each channel',
      received: `x ${showShape(x.shape)}`,
      remedy: 'Leave empty batches out.',
    });
  }
  const [y, mean, variance] = run({ x, scale, offset }, { epsilon });
  return { y: y!, mean: mean!, variance: variance! };
}

const axesBeforeLast = ({ rank }: Tensor) => Array.from({ length: rank - 1 }, (_, axis) => axis);
