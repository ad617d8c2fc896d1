import { fc, test } from '@fast-check/vitest';
import {
  clipByValue,
  clone,
  engine,
  expandDims,
  fused,
  getBackend,
  leakyRelu,
  matMul,
  memory,
  mul,
  ones,
  relu6,
  setBackend,
  sum,
  type Tensor,
  tensor,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../use.js';

type Sample = { readonly shape: readonly number[]; readonly values: Float32Array };

/** Numbers in [−1, 1] that a shape and a seed fix. */
function sample(shape: readonly number[], seed = 1): Sample {
  let state = seed * 2654435761;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next) };
}
const tensorOf = ({ shape, values }: Sample): Tensor => tensor(values, [...shape]);

/** Runs the same function on cpu and wasm and compares; on wasm, nothing may be left over. */
async function agrees(f: (...inputs: Tensor[]) => Tensor, ...inputs: Sample[]): Promise<void> {
  const results: { shape: number[]; values: Float32Array }[] = [];
  for (const backend of ['cpu', 'wasm']) {
    await setBackend(backend);
    const tensors = inputs.map(tensorOf);
    const before = [memory().numTensors, engine().backend.numDataIds()];
    const result = tidy(() => f(...tensors));
    results.push({ shape: result.shape, values: (await result.data()) as Float32Array });
    result.dispose();
    expect([memory().numTensors, engine().backend.numDataIds()]).toEqual(before);
    for (const t of tensors) t.dispose();
  }
  const [cpu, wasm] = results as [(typeof results)[0], (typeof results)[0]];
  expect(wasm.shape).toEqual(cpu.shape);
  const scale = Math.max(1, ...cpu.values.map(Math.abs));
  const worst = cpu.values.reduce((max, value, i) => Math.max(max, Math.abs(value - wasm.values[i]!)), 0);
  expect(worst / scale).toBeLessThanOrEqual(1e-5);
}

beforeAll(async () => {
  await useBackend('cpu');
  await useBackend('wasm');
});
afterAll(() => setBackend('cpu'));

describe('matrix products on wasm agree with cpu', () => {
  const size = fc.integer({ min: 1, max: 7 });
  const outer = fc.constantFrom<[number[], number[]]>(
    [[], []],
    [[3], [3]],
    [[1], [3]],
    [[3], [1]],
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1],
      [1, 3],
    ],
    [[3], []],
  );

  test.prop([fc.tuple(size, size, size), outer, fc.boolean(), fc.boolean()], { numRuns: 100 })(
    'batched, broadcast and transposed',
    async ([rows, inner, columns], [outerA, outerB], transposeA, transposeB) => {
      const a = sample([...outerA, ...(transposeA ? [inner, rows] : [rows, inner])]);
      const b = sample([...outerB, ...(transposeB ? [columns, inner] : [inner, columns])], 2);
      // cpu is wrong where both operands are repeated
      const product = (a: Tensor, b: Tensor) =>
        getBackend() === 'wasm'
          ? matMul(a, b, transposeA, transposeB)
          : byDefinition(turned(a, transposeA), turned(b, transposeB));
      await agrees(product, a, b);
    },
  );

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)(
    'fused with a bias and %s',
    async (activation) => {
      const weights = (slopes: Tensor) => (activation === 'prelu' ? { preluActivationWeights: slopes } : {});
      await agrees(
        (a, b, bias, slopes) =>
          fused.matMul({ a, b, transposeB: true, bias, activation, leakyreluAlpha: 0.3, ...weights(slopes!) }),
        sample([5, 4]),
        sample([3, 4], 2),
        sample([3], 3),
        sample([3], 4),
      );
    },
  );

  it('refuses operands that do not fit', () => {
    expect(() => matMul(ones([2, 3]), ones([2, 3]), true, true)).toThrow('inner shapes');
  });
});

const turned = (x: Tensor, transposed: boolean): Tensor => {
  const axes = x.shape.map((_, axis) => axis);
  return transposed ? transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]) : x;
};
const byDefinition = (a: Tensor, b: Tensor): Tensor => sum(mul(expandDims(a, -1), expandDims(b, -3)), -2);

describe('the other kernels on wasm agree with cpu', () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

  test.prop([shape, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 })], { numRuns: 60 })(
    'tile',
    async (shape, reps) => {
      await agrees((x) => tile(x, reps.slice(0, shape.length)), sample(shape));
    },
  );

  it('scalars and empty tensors', async () => {
    await agrees((x) => relu6(mul(x, 9)), sample([]));
    await agrees((x) => clipByValue(x, 0, 1), sample([0, 3]));
    await agrees((x) => leakyRelu(x, 0.2), sample([]));
    await agrees((a, b) => matMul(a, b, true), sample([3, 0]), sample([3, 2]));
    await agrees((a, b) => matMul(a, b), sample([2, 0]), sample([0, 2]));
  });

  it('a clone shares its numbers and outlives the original', async () => {
    await setBackend('wasm');
    const original = tensor([1, 2, 3]);
    const before = engine().backend.numDataIds();
    const second = clone(original);
    expect(engine().backend.numDataIds()).toBe(before);
    original.dispose();
    expect(Array.from(await second.data())).toEqual([1, 2, 3]);
    second.dispose();
    expect(engine().backend.numDataIds()).toBe(before - 1);
  });
});

describe('NaN stays NaN on wasm', () => {
  beforeAll(() => setBackend('wasm'));

  it.each<[string, () => Tensor, number[]]>([
    [
      'fused matMul and relu',
      () => fused.matMul({ a: tensor([[Number.NaN, 1]]), b: ones([2, 1]), activation: 'relu' }),
      [Number.NaN],
    ],
    [
      'fused matMul and relu6',
      () => fused.matMul({ a: tensor([[Number.NaN, 1]]), b: ones([2, 1]), activation: 'relu6' }),
      [Number.NaN],
    ],
  ])('%s', async (_, f, expected) => {
    const result = tidy(f);
    expect(Array.from(await result.data())).toEqual(expected);
    result.dispose();
  });
});
