import { checkNumber, gmError } from '@gm/core';
import {
  expandDims,
  fill,
  greaterEqual,
  logicalAnd,
  matMul,
  mul,
  notEqual,
  range,
  reshape,
  softmax,
  squeeze,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type Attributes, runKernel } from './backendKernel.js';
import { type FusedOperation, fusedOperation } from './fusedOperation.js';
import { attentionGradKernel, attentionKernel, maskedAttentionKernel } from './kernelNames.js';
import { checkAxes, checkOperand, maskOf } from './operand.js';

export interface AttentionOptions {
  /** Whether a query looks only at keys up to its own place; there have to be as many queries as keys then. Default false. */
  readonly causal?: boolean;
  /** What scores are multiplied by. Default 1 / √depth. */
  readonly scale?: number;
  /** [batch, keys]: at keys where it is 0 (or false) nobody looks. Default: at all. */
  readonly mask?: Tensor;
}

const operands = ['q', 'k', 'v'] as const;
type Operand = (typeof operands)[number];
type Operands = Readonly<Record<Operand, Tensor>> & { readonly mask?: Tensor };

/** Beside any other score as good as −∞, but finite: where all keys are masked, softmax stays finite and so do its derivatives. */
const LOWEST = -3.4028234e38;

const parts: Pick<FusedOperation<Operand>, 'outputs' | 'composed' | 'gradients'> = {
  outputs: 2,
  composed({ q, k, v, mask }: Operands, { causal, scale }: Attributes) {
    const scores = mul(matMul(q, k, false, true), scale as number); // [batch, heads, queries, keys]
    const allowed = allowedOf(scores, causal as boolean, mask);
    if (!allowed) return [matMul(softmax(scores), v)];
    const weights = softmax(where(allowed, scores, fill(scores.shape, LOWEST)));
    return [matMul(where(allowed, weights, zerosLike(weights)), v)];
  },
  gradients({ dys: [dy], inputs, outputs: [, kept], attrs }) {
    const { mask } = inputs as Operands;
    const [dq, dk, dv] = runKernel(attentionGradKernel, { dy: dy!, kept: kept!, ...inputs }, attrs) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    return { q: () => dq, k: () => dk, v: () => dv, ...(mask && { mask: () => zerosLike(mask) }) };
  },
};

/** Which query may look at which key, of the shape of the scores; undefined where all may look at all. */
function allowedOf(scores: Tensor, causal: boolean, mask: Tensor | undefined): Tensor | undefined {
  const [batch, , queries, keys] = scores.shape as [number, number, number, number];
  const past = causal ? greaterEqual(expandDims(range(0, queries), 1), range(0, keys)) : undefined; // [queries, keys]
  const given = mask && notEqual(reshape(mask, [batch, 1, 1, keys]), 0);
  return past && given ? logicalAnd(past, given) : (past ?? given);
}

const plain = fusedOperation({ kernelName: attentionKernel, inputs: operands, ...parts });
const masked = fusedOperation({ kernelName: maskedAttentionKernel, inputs: [...operands, 'mask'], ...parts });

/**
 * Scaled dot-product attention: each query's mean of the values, weighted by how well their keys fit it.
 *
 *   y = softmax(scale · q kᵀ) v
 *
 * Where `causal` or `mask` leave a query nothing to look at, y is 0. What is masked has to be finite all the same: 0 · NaN is NaN.
 *
 * @param q  queries, float32 [batch, heads, queries, depth], or [batch, queries, depth] for one head
 * @param k  keys, [batch, heads, keys, depth]
 * @param v  values, [batch, heads, keys, width]
 * @returns [batch, heads, queries, width], of the rank of q
 * @throws GM_SHAPE, GM_DTYPE when an operand does not fit, or queries and keys differ in number under `causal`
 * @see Vaswani et al. (2017), Attention is all you need, section 3.2.1, arXiv:1706.03762
 * @example attention(q, k, v, { causal: true })
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  checkAxes('attention', 'q', q, [3, 4], '[batch, heads, queries, depth]');
  for (const [name, x] of [
    ['k', k],
    ['v', v],
  ] as const)
    checkAxes('attention', name, x, [q.rank], 'of the rank of q');
  const [queries, depth] = q.shape.slice(-2) as [number, number];
  const [keys, width] = v.shape.slice(-2) as [number, number];
  const outer = q.shape.slice(0, -2);
  const { causal = false, scale = 1 / Math.sqrt(Math.max(1, depth)), mask } = options;
  checkOperand('attention', 'q', q, [...outer, queries, depth], '[batch, heads, queries, depth]');
  checkOperand('attention', 'k', k, [...outer, keys, depth], '[batch, heads, keys, depth]');
  checkOperand('attention', 'v', v, [...outer, keys, width], '[batch, heads, keys, width]');
  checkNumber('attention', 'scale', scale);
  if (causal && queries !== keys) throw notSquare(queries, keys);
  return tidy(() => {
    const given = q.rank === 4 ? { q, k, v } : { q: expandDims(q, 1), k: expandDims(k, 1), v: expandDims(v, 1) };
    const attrs = { causal, scale };
    const [y] = mask
      ? masked({ ...given, mask: maskOf('attention', mask, [q.shape[0]!, keys], '[batch, keys]') }, attrs)
      : plain(given, attrs);
    return q.rank === 4 ? y! : squeeze(y!, [1]);
  });
}

function notSquare(queries: number, keys: number) {
  return gmError('GM_SHAPE', {
    where: 'attention',
    expected: 'as many keys as queries when causal',
    received: `${queries} queries and ${keys} keys`,
    remedy: 'Leave out causal, or take q, k and v from one sequence.',
  });
}
