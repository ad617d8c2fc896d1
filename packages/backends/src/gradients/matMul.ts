import { BatchMatMul, broadcast_util, type GradConfig, matMul, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { fromInputs } from './rule.js';

/** As in tfjs, but for a broadcast batch, whose operand has the sum of the gradients of its copies. */
export const matMulGradients: readonly GradConfig[] = [
  fromInputs(BatchMatMul, ['a', 'b'], (dy, [a, b], { transposeA, transposeB }) => {
    // One right matrix for a stack of left ones is one product of a tall matrix.
    if (!transposeA && b.rank === 2 && a.rank > 2) {
      const [tall, tallDy] = [flattened(a), flattened(dy)];
      return {
        a: () => reshape(matMul(tallDy, b, false, !transposeB), a.shape),
        b: () => (transposeB ? matMul(tallDy, tall, true) : matMul(tall, tallDy, true)),
      };
    }
    return {
      a: () => summedTo(a, transposeA ? matMul(b, dy, transposeB, true) : matMul(dy, b, false, !transposeB)),
      b: () => summedTo(b, transposeB ? matMul(dy, a, true, transposeA) : matMul(a, dy, !transposeA)),
    };
  }),
];

const flattened = (x: Tensor): Tensor => reshape(x, [-1, x.shape.at(-1)!]);

function summedTo(operand: Tensor, gradient: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(operand.shape, gradient.shape);
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes), operand.shape);
}
