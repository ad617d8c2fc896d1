import { checkNumber, gmError } from '@gm/core';
import { add, mul, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { fusedOperation } from './fusedOperation.js';
import { groupNormalizationGradKernel, groupNormalizationKernel } from './kernelNames.js';
import {
  checkOperands,
  gradientsBy,
  type NormalizationOptions,
  type Operand,
  operands,
  standardized,
} from './normalization.js';

const run = fusedOperation<Operand>({
  kernelName: groupNormalizationKernel,
  inputs: operands,
  outputs: 3,
  composed: ({ x, scale, offset }, { groups, epsilon }) => {
    const [examples, channels] = [x.shape[0]!, x.shape.at(-1)!];
    const places = x.shape.slice(1, -1).reduce((product, size) => product * size, 1);
    const grouped = reshape(x, [examples, places, groups, channels / groups]);
    const { y, mean, variance } = standardized(grouped, [1, 3], epsilon);
    const ofGroups = [examples, groups];
    return [add(mul(reshape(y, x.shape), scale), offset), reshape(mean, ofGroups), reshape(variance, ofGroups)];
  },
  gradients: gradientsBy(groupNormalizationGradKernel),
});

export interface GroupNormalizationOptions extends NormalizationOptions {
  /** How many groups of neighbouring channels there are. It divides the channels. */
  readonly groups: number;
}

/**
 * Group normalisation: in every example, each group of channels over all its places. One group is layer norm of images, as many as
 * channels instance norm.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β,   μ and σ² [batch, groups], γ and β [channels]
 *
 * @param x       float32 [batch, …, channels]
 * @param scale   γ, float32 [channels]
 * @param offset  β, float32 [channels]
 * @returns the shape of x
 * @throws GM_SHAPE when scale or offset is not [channels]; GM_DTYPE; GM_OPTION when `groups` does not divide the channels, or ε is not
 *   above 0
 * @see Wu & He (2018), Group normalization, equations 1 to 6, arXiv:1803.08494
 * @example groupNormalization(x, ones([64]), zeros([64]), { groups: 8 })
 */
export function groupNormalization(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { groups, epsilon = 1e-5 }: GroupNormalizationOptions,
): Tensor {
  checkOperands('groupNormalization', { x, scale, offset }, 2, epsilon);
  checkGroups(groups, x.shape.at(-1)!);
  return tidy(() => run({ x, scale, offset }, { groups, epsilon })[0]!);
}

function checkGroups(groups: number, channels: number): void {
  checkNumber('groupNormalization', 'groups', groups, { min: 1, integer: true });
  if (channels % groups === 0) return;
  throw gmError('GM_OPTION', {
    where: 'groupNormalization',
    expected: `groups to divide the ${channels} channels`,
    received: String(groups),
    remedy: 'Choose a divisor of the channels.',
  });
}
