import { fc, test } from '@fast-check/vitest';
import {
  avgPool,
  clipByValue,
  clone,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  engine,
  fused,
  gather,
  grad,
  leakyRelu,
  matMul,
  maxPool,
  memory,
  mul,
  relu6,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
  tile,
  transpose,
  unsortedSegmentSum,
  variable,
  variableGrads,
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

const side = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 3 });
const kernelSide = fc.integer({ min: 1, max: 5 });
const padding = fc.oneof(
  fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  fc.tuple(small, small, small, small).map(
    ([top, bottom, left, right]) =>
      [
        [0, 0],
        [top - 1, bottom - 1],
        [left - 1, right - 1],
        [0, 0],
      ] as [[0, 0], [number, number], [number, number], [0, 0]],
  ),
);
const convolutionCase = fc
  .record({
    batch: small,
    height: side,
    width: side,
    channels: fc.integer({ min: 1, max: 4 }),
    filters: fc.integer({ min: 1, max: 4 }),
    kernel: fc.tuple(kernelSide, kernelSide),
    strides: fc.tuple(small, small),
    pad: padding,
  })
  .filter(({ height, width, kernel: [kh, kw], pad }) => {
    if (pad === 'same') return true;
    const extra = pad === 'valid' ? [0, 0] : [pad[1][0] + pad[1][1], pad[2][0] + pad[2][1]];
    return kh <= height + extra[0]! && kw <= width + extra[1]!;
  });

beforeAll(async () => {
  await useBackend('cpu');
  await useBackend('wasm');
});
afterAll(() => setBackend('cpu'));

describe('convolutions on wasm agree with cpu', () => {
  const run = { numRuns: 150 };
  test.prop([convolutionCase], run)('gradient for the input and for the filter', async (c) => {
    const x = sample([c.batch, c.height, c.width, c.channels]);
    const filter = sample([...c.kernel, c.channels, c.filters], 2);
    const f = (x: Tensor, w: Tensor) => conv2d(x as Tensor4D, w as Tensor4D, c.strides, c.pad);
    await agrees((x, w) => grad((x) => weighted(f(x, w)))(x), x, filter);
    await agrees((x, w) => grad((w) => weighted(f(x, w)))(w), x, filter);
  });

  test.prop([convolutionCase, small], run)(
    'depthwise: gradient for the input and for the filter',
    async (c, multiplier) => {
      const [sh] = c.strides;
      const x = sample([c.batch, c.height, c.width, c.channels]);
      const filter = sample([...c.kernel, c.channels, multiplier], 2);
      const f = (x: Tensor, w: Tensor) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, [sh, sh], c.pad);
      await agrees((x, w) => grad((x) => weighted(f(x, w)))(x), x, filter);
      await agrees((x, w) => grad((w) => weighted(f(x, w)))(w), x, filter);
    },
  );
});

/** A sum with a different weight for each element. */
function weighted(y: Tensor): Tensor {
  return sum(mul(y, tensorOf(sample(y.shape, 7))));
}
