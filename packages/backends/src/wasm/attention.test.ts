import { fc, test } from '@fast-check/vitest';
import { expectError, expectNoLeak, expectSecondGradient } from '@gm/core/testing';
import { attention } from '@gm/ops';
import { grads, mul, reshape, square, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';
import { type AttentionSizes, attentionReference } from '../../test/recurrentReference.js';
import { useBackend } from '../use.js';

const operandsOf = ({ batch, heads, queries, keys, depth, width }: AttentionSizes): Numbers[] => [
  sample([batch, heads, queries, depth], 1),
  sample([batch, heads, keys, depth], 2),
  sample([batch, heads, keys, width], 3),
];

/** Keys that count at random; of the first example none. */
function maskOf({ batch, keys }: AttentionSizes): Numbers {
  const { values } = sample([batch, keys], 17);
  return { shape: [batch, keys], values: Array.from(values, (value, index) => (index < keys || value < 0 ? 0 : 1)) };
}

const run = ({ causal, scale }: AttentionSizes, [q, k, v]: readonly Tensor[], mask?: Tensor) =>
  attention(q!, k!, v!, { causal, scale, ...(mask && { mask }) });

const gradientsOf = (sizes: AttentionSizes, operands: readonly Tensor[], weights: Tensor, mask?: Tensor) =>
  grads((...inputs: Tensor[]) => sum(mul(run(sizes, inputs, mask), weights)))([...operands]);

async function expectAttention(sizes: AttentionSizes, mask?: Numbers, operands = operandsOf(sizes)): Promise<void> {
  const masks = mask ? [mask] : [];
  const { values, gradients } = attentionReference(sizes, operands, mask);
  await expectKernel((q, k, v, mask) => run(sizes, [q!, k!, v!], mask), [...operands, ...masks], values);
  const weights = sample(values[0]!.shape, 30);
  await expectKernel(
    (q, k, v, w, mask) => gradientsOf(sizes, [q!, k!, v!], w!, mask),
    [...operands, weights, ...masks],
    gradients([weights]),
    { tolerance: 1e-4 },
  );
}

const size = fc.integer({ min: 1, max: 9 });
const length = fc.oneof(size, fc.constantFrom(33, 64, 97));
const sizes = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    heads: fc.integer({ min: 1, max: 3 }),
    queries: length,
    keys: length,
  })
  .chain((outer) =>
    fc
      .record({ depth: size, width: size, causal: fc.boolean(), scale: fc.constantFrom(0.5, 1, -2, 0) })
      .map((inner) => ({
        ...outer,
        ...inner,
        keys: inner.causal ? outer.queries : outer.keys,
      })),
  );

describe('attention on wasm against float64', () => {
  test.prop([sizes, fc.boolean()], { numRuns: 30 })(
    'forward and all gradients, with and without a mask',
    async (sizes, masked) => {
      await expectAttention(sizes, masked ? maskOf(sizes) : undefined);
    },
  );

  it.each([
    { batch: 1, heads: 1, queries: 1, keys: 1, depth: 1, width: 1, causal: false, scale: 1 },
    { batch: 1, heads: 2, queries: 200, keys: 200, depth: 32, width: 17, causal: true, scale: 0.2 },
    { batch: 2, heads: 1, queries: 100, keys: 301, depth: 3, width: 64, causal: false, scale: 0.6 },
  ])('%o', async (sizes) => {
    await expectAttention(sizes);
    await expectAttention(sizes, maskOf(sizes));
  });

  it('with large scores, which overflow without the shift', async () => {
    const sizes = { batch: 1, heads: 2, queries: 7, keys: 7, depth: 4, width: 3, causal: true, scale: 300 };
    const [q, k, v] = operandsOf(sizes);
    // Whole numbers, whose products are exact.
    const whole = (x: Numbers) => ({ ...x, values: Float32Array.from(x.values, (value) => Math.round(2 * value)) });
    await expectAttention(sizes, undefined, [whole(q!), whole(k!), v!]);
  });

  it('without examples, queries or keys', async () => {
    const sizes = { batch: 2, heads: 2, queries: 3, keys: 4, depth: 2, width: 3, causal: false, scale: 1 };
    for (const empty of ['batch', 'queries', 'keys', 'depth', 'width']) await expectAttention({ ...sizes, [empty]: 0 });
  });

  it('keeps NaN and infinities where they belong', async () => {
    const N = Number.NaN;
    const I = Infinity;
    const row = (...values: number[]) => ({ shape: [1, 1, values.length, 1], values });
    const cases: [Numbers, Numbers, Numbers, number[]][] = [
      [row(N, 1), row(1, 1), row(1, 3), [N, 2]],
      [row(0, 1), row(N, 1), row(1, 3), [N, N]],
      [row(0, 1), row(1, 1), row(1, I), [I, I]],
      [row(I, 1), row(1, 1), row(1, 3), [N, 2]],
      [row(1, 1), row(-I, 1), row(1, 3), [3, 3]],
    ];
    for (const [q, k, v, expected] of cases) {
      await expectKernel((q, k, v) => attention(q!, k!, v!), [q, k, v], [row(...expected)]);
    }
    const past = (q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, { causal: true });
    await expectKernel(past as never, [row(1, 1), row(1, N), row(2, 3)], [row(2, N)]);
  });

  it('agrees with what it is composed of on cpu', async () => {
    await useBackend('cpu');
    for (const causal of [true, false]) {
      const sizes = { batch: 2, heads: 2, queries: 5, keys: 5, depth: 3, width: 4, causal, scale: 0.7 };
      for (const mask of [undefined, maskOf(sizes)]) {
        const operands = operandsOf(sizes);
        const { values, gradients } = attentionReference(sizes, operands, mask);
        const [inputs, allowed] = [operands.map(tensorOf), mask && tensorOf({ ...mask, dtype: 'bool' })];
        expectNear(await run(sizes, inputs, allowed).data(), values[0]!.values, 1e-5);
        const weights = sample(values[0]!.shape, 30);
        const expected = gradients([weights]);
        for (const [index, gradient] of gradientsOf(sizes, inputs, tensorOf(weights), allowed).entries()) {
          expectNear(await gradient.data(), expected[index]!.values, 1e-4);
        }
      }
    }
  });

  it('takes one head without an axis for it', async () => {
    const sizes = { batch: 2, heads: 1, queries: 3, keys: 3, depth: 2, width: 2, causal: true, scale: Math.SQRT1_2 };
    const [q, k, v] = operandsOf(sizes);
    const flat = (x: Numbers) => ({ ...x, shape: [x.shape[0]!, x.shape[2]!, x.shape[3]!] });
    const [y] = attentionReference(sizes, [q!, k!, v!]).values;
    await expectKernel((q, k, v) => attention(q!, k!, v!, { causal: true }), [q!, k!, v!].map(flat), [flat(y!)]);
    await expectKernel(
      (q, k, v) => reshape(attention(q!, k!, v!, { causal: true }), [2, 1, 3, 2]),
      [q!, k!, v!].map(flat),
      [y!],
    );
  });

  it.each(['cpu', 'wasm'] as const)(
    'has second derivatives on %s, where nothing may be looked at too',
    async (backend) => {
      await useBackend(backend);
      const sizes = { batch: 2, heads: 1, queries: 3, keys: 3, depth: 2, width: 2, causal: true, scale: 0.8 };
      for (const mask of [undefined, tensorOf({ shape: [2, 3], values: [0, 0, 0, 0, 1, 1] })]) {
        await expectSecondGradient({
          f: (...operands) => sum(square(run(sizes, operands, mask))),
          inputs: operandsOf(sizes),
        });
        mask?.dispose();
      }
    },
  );

  it('refuses what does not fit', async () => {
    await useBackend('wasm');
    const [x, longer, flat] = [zeros([2, 3, 4]), zeros([2, 5, 4]), zeros([3, 4])];
    const refused = (work: () => unknown, message: string) =>
      expectNoLeak(() => expectError(work, 'GM_SHAPE', `attention: expected ${message}`));
    await refused(() => attention(flat, flat, flat), 'q of shape [batch, heads, queries, depth], received [3, 4].');
    await refused(
      () => attention(x, longer, x),
      'k of shape [batch, heads, keys, depth] = [2, 3, 4], received [2, 5, 4].',
    );
    await refused(
      () => attention(x, longer, longer, { causal: true }),
      'as many keys as queries when causal, received 3 queries and 5 keys.',
    );
    await refused(() => attention(x, x, x, { mask: flat }), 'mask of shape [batch, keys] = [2, 3], received [3, 4].');
  });
});
