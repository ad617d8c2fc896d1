import { fc, test } from '@fast-check/vitest';
import { fused, matMul, type Tensor } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';

/** A·B in float64, of matrices stored either way. */
function product(a: Numbers, b: Numbers, [m, k, n]: readonly number[], turnA: boolean, turnB: boolean): Numbers {
  const values = new Float64Array(m! * n!);
  for (let i = 0; i < m!; i++)
    for (let j = 0; j < n!; j++)
      for (let p = 0; p < k!; p++)
        values[i * n! + j]! += a.values[turnA ? p * m! + i : i * k! + p]! * b.values[turnB ? j * k! + p : p * n! + j]!;
  return { shape: [m!, n!], values };
}

const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(1, 33, 65, 97, 130));

describe('matrix products on wasm against float64', () => {
  test.prop([fc.tuple(size, fc.oneof(size, fc.constantFrom(384, 385, 800)), size), fc.boolean(), fc.boolean()], {
    numRuns: 80,
  })('of every size, either operand transposed', async ([m, k, n], turnA, turnB) => {
    const [a, b] = [sample(turnA ? [k, m] : [m, k]), sample(turnB ? [n, k] : [k, n], 2)];
    await expectKernel((a, b) => matMul(a, b, turnA, turnB), [a, b], [product(a, b, [m, k, n], turnA, turnB)]);
  });

  it('keeps NaN and infinities', async () => {
    const a = { shape: [2, 2], values: [Number.NaN, 1, 2, Infinity] };
    const b = { shape: [2, 2], values: [1, 0, 0, 1] };
    const N = Number.NaN;
    await expectKernel((a, b) => matMul(a, b), [a, b], [{ shape: [2, 2], values: [N, N, N, Infinity] }]);
    const relu = (a: Tensor, b: Tensor) => fused.matMul({ a, b, activation: 'relu' });
    await expectKernel(relu as never, [a, b], [{ shape: [2, 2], values: [N, N, N, Infinity] }]);
  });
});
