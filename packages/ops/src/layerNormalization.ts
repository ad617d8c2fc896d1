import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { runKernel } from './backendKernel.js';
import { fusedOperation } from './fusedOperation.js';
import { layerNormalizationGradKernel, layerNormalizationKernel } from './kernelNames.js';
import { checkOperands, type NormalizationOptions, type Operand, operands, standardized } from './normalization.js';

const run = fusedOperation<Operand>({
  kernelName: layerNormalizationKernel,
  inputs: operands,
  composed: ({ x, scale, offset }, { epsilon }) => [add(mul(standardized(x, [-1], epsilon).y, scale), offset)],
  gradients: ({ dys: [dy], inputs: { x, scale }, attrs }) => {
    const [dx, dScale, dOffset] = runKernel(layerNormalizationGradKernel, { dy: dy!, x, scale }, attrs);
    return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! };
  },
});

/**
 * Layer normalisation: every example, and every place of it, over its last axis.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β
 *
 * @param x       float32 [batch, …, features]
 * @param scale   γ, float32 [features]
 * @param offset  β, float32 [features]
 * @returns the shape of x
 * @throws GM_SHAPE when scale or offset is not [features]; GM_DTYPE; GM_OPTION when ε is not above 0
 * @see Ba, Kiros & Hinton (2016), Layer normalization, equations 3 and 4, arXiv:1607.06450
 * @example layerNormalization(x, ones([400]), zeros([400]))
 */
export function layerNormalization(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Tensor {
  checkOperands('layerNormalization', { x, scale, offset }, 1, epsilon);
  return run({ x, scale, offset }, { epsilon })[0]!;
}
