import { fc, test } from '@fast-check/vitest';
import {
  gaussianKl,
  gaussianKlPerDimension,
  gaussianSample,
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  squaredDistance,
} from '@gm/ops';
import {
  addN,
  dispose,
  grad,
  grads,
  mul,
  profile,
  square,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

type F = (...inputs: Tensor[]) => Tensor;

/** Sizes of one example, [] for one number an example. */
const data = fc.oneof(
  fc.constantFrom<readonly number[]>([], [0], [1], [2], [3], [4], [784], [1025], [3, 5, 2], [1, 1]),
  fc.tuple(fc.integer({ min: 1, max: 70 })),
);
const batch = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(33));
const shapes = fc.tuple(batch, data).map(([count, rest]) => [count, ...rest]);

const scaled = ({ shape, values }: Numbers, factor: number, shift = 0): Numbers => ({
  shape,
  values: Float32Array.from(values, (value) => value * factor + shift),
});
const random = (shape: readonly number[], seed: number, factor = 1, shift = 0) =>
  scaled(sample(shape, seed), factor, shift);

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** f(index of the number, index of its example), summed over each example. */
function perExample(shape: readonly number[], f: (at: number) => number): Numbers {
  const inner = sizeOf(shape.slice(1));
  const values = new Float64Array(shape[0]!);
  for (let row = 0; row < values.length; row++) for (let i = 0; i < inner; i++) values[row]! += f(row * inner + i);
  return { shape: [shape[0]!], values };
}

/** f(index of the number, index of its example) for each number. */
function perNumber(shape: readonly number[], f: (at: number, row: number) => number): Numbers {
  const inner = sizeOf(shape.slice(1));
  return { shape, values: Float64Array.from({ length: sizeOf(shape) }, (_, at) => f(at, Math.floor(at / inner))) };
}

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('losses on wasm against float64', () => {
  test.prop([shapes], { numRuns: 15 })('sigmoid cross-entropy and its gradient', async (shape) => {
    const [y, l, dy] = [random(shape, 1, 0.5, 0.5), random(shape, 2, 16), sample([shape[0]!], 3)];
    const value = (at: number) => softplus(l.values[at]!) - y.values[at]! * l.values[at]!;
    await expectKernel(sigmoidCrossEntropyWithLogits, [y, l], [perExample(shape, value)]);
    const slope = (at: number, row: number) => dy.values[row]! * (sigmoid(l.values[at]!) - y.values[at]!);
    const gradient: F = (y, l, dy) => grad((x) => sigmoidCrossEntropyWithLogits(y!, x))(l!, dy);
    await expectKernel(gradient, [y, l, dy], [perNumber(shape, slope)]);
  });

  test.prop([shapes], { numRuns: 15 })('Gaussian divergence and its gradients', async (shape) => {
    const [m, v, dy] = [random(shape, 1, 3), random(shape, 2, 4), sample([shape[0]!], 3)];
    const value = (at: number) => 0.5 * (m.values[at]! ** 2 + Math.expm1(v.values[at]!) - v.values[at]!);
    await expectKernel(gaussianKl, [m, v], [perExample(shape, value)]);
    await expectKernel(gaussianKlPerDimension, [m, v], [perNumber(shape, value)]);
    const expected = (scale: (at: number, row: number) => number) => [
      perNumber(shape, (at, row) => scale(at, row) * m.values[at]!),
      perNumber(shape, (at, row) => 0.5 * scale(at, row) * Math.expm1(v.values[at]!)),
    ];
    const gradients = (f: F) => (m: Tensor, v: Tensor, dy: Tensor) => grads(f)([m, v], dy);
    await expectKernel(
      gradients(gaussianKl as F) as never,
      [m, v, dy],
      expected((_, row) => dy.values[row]!),
    );
    const each = sample(shape, 4);
    const perDimension = gradients(gaussianKlPerDimension as F) as never;
    await expectKernel(
      perDimension,
      [m, v, each],
      expected((at) => each.values[at]!),
    );
  });

  test.prop([shapes], { numRuns: 15 })('squared distance and its gradients', async (shape) => {
    const [x, y, dy] = [random(shape, 1, 3), random(shape, 2, 3), sample([shape[0]!], 3)];
    const distance: F = (x, y) => squaredDistance(x!, y!, { scale: 0.75 });
    await expectKernel(distance, [x, y], [perExample(shape, (at) => ((x.values[at]! - y.values[at]!) / 0.75) ** 2)]);
    const slope = (sign: number) =>
      perNumber(shape, (at, row) => (sign * 2 * dy.values[row]! * (x.values[at]! - y.values[at]!)) / 0.75 ** 2);
    const gradients = (x: Tensor, y: Tensor, dy: Tensor) => grads(distance)([x, y], dy);
    await expectKernel(gradients as never, [x, y, dy], [slope(1), slope(-1)]);
  });

  test.prop([shapes], { numRuns: 15 })('draws from Gaussians and their gradients', async (shape) => {
    const [m, v, e, dz] = [random(shape, 1), random(shape, 2, 4), random(shape, 3, 2), sample(shape, 4)];
    const scale = (at: number) => Math.exp(0.5 * v.values[at]!) * e.values[at]!;
    await expectKernel(gaussianSample, [m, v, e], [perNumber(shape, (at) => m.values[at]! + scale(at))]);
    const gradients = (m: Tensor, v: Tensor, e: Tensor, dz: Tensor) => grads(gaussianSample as F)([m, v, e], dz);
    const expected = [
      { shape, values: dz.values },
      perNumber(shape, (at) => 0.5 * dz.values[at]! * scale(at)),
      perNumber(shape, (at) => dz.values[at]! * Math.exp(0.5 * v.values[at]!)),
    ];
    await expectKernel(gradients as never, [m, v, e, dz], expected);
  });

  const classes = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(64, 1023, 1030));
  const axes = fc.constantFrom<readonly number[]>([0], [1], [7], [33], [3, 5], [2, 3, 4]);
  test.prop([axes, classes, fc.constantFrom(0, 0.1, 1)], { numRuns: 30 })(
    'softmax cross-entropy and its gradient, along any axes',
    async (shape, count, smoothing) => {
      const rows = sizeOf(shape);
      const labels: Numbers = {
        shape,
        dtype: 'int32',
        values: Int32Array.from({ length: rows }, (_, row) => (row * 7) % count),
      };
      const [logits, dy] = [random([...shape, count], 1, 16), sample(shape, 2)];
      const rowsOf = Array.from({ length: rows }, (_, row) =>
        Array.from(logits.values).slice(row * count, (row + 1) * count),
      );
      const sums = rowsOf.map((row) => Math.log(row.reduce((total, l) => total + Math.exp(l), 0)));
      const target = (row: number, k: number) => (1 - smoothing) * Number(labels.values[row] === k) + smoothing / count;
      const values = rowsOf.map((row, at) => row.reduce((total, l, k) => total + target(at, k) * (sums[at]! - l), 0));
      const loss: F = (labels, logits) => softmaxCrossEntropyWithLogits(labels!, logits!, { smoothing });
      await expectKernel(loss, [labels, logits], [{ shape, values }]);
      const slopes = rowsOf.flatMap((row, at) =>
        row.map((l, k) => dy.values[at]! * (Math.exp(l - sums[at]!) - target(at, k))),
      );
      const gradient: F = (labels, logits, dy) => grad((x) => loss(labels!, x))(logits!, dy);
      await expectKernel(gradient, [labels, logits, dy], [{ shape: logits.shape, values: slopes }]);
    },
  );
});

describe('numbers that are none', () => {
  const N = Number.NaN;

  it('stay in their example, and infinities cost what they should', async () => {
    const l = { shape: [6, 2], values: [N, 0, Infinity, 1, -Infinity, 1, Infinity, 1, 0, 0, -Infinity, 1] };
    const y = { shape: [6, 2], values: [1, 1, 1, 1, 1, 1, 0, 0, 0, N, 0, 0] };
    const values = [N, N, Infinity, N, N, N]; // ∞ − ∞ and 0 · ∞ are no numbers
    await expectKernel(sigmoidCrossEntropyWithLogits, [y, l], [{ shape: [6], values }]);
    const slopes = perNumber([6, 2], (at) => sigmoid(l.values[at]!) - y.values[at]!);
    const gradient: F = (y, l) => grad((x) => sigmoidCrossEntropyWithLogits(y!, x))(l!);
    await expectKernel(gradient, [y, l], [slopes]);
  });

  it('come of a squared distance and of a divergence', async () => {
    const [x, y] = [
      { shape: [4], values: [N, 1, Infinity, Infinity] },
      { shape: [4], values: [1, N, 1, Infinity] },
    ];
    await expectKernel((x, y) => squaredDistance(x!, y!), [x, y], [{ shape: [4], values: [N, N, Infinity, N] }]);
    const [m, v] = [
      { shape: [4], values: [N, 1, Infinity, 0] },
      { shape: [4], values: [1, N, 1, Infinity] },
    ];
    await expectKernel(gaussianKl, [m, v], [{ shape: [4], values: [N, N, Infinity, N] }]);
    const e = { shape: [4], values: [1, 1, N, 1] };
    await expectKernel(gaussianSample, [m, v, e], [{ shape: [4], values: [N, N, N, Infinity] }]);
  });

  it('come of a label that is no class, in its row alone; a class with logit −∞ costs nothing', async () => {
    const labels: Numbers = { shape: [5], values: [-1, 0, 3, 1, 2], dtype: 'int32' };
    const logits = { shape: [5, 3], values: [0, 0, 0, 0, 0, -Infinity, 0, 0, 0, 0, N, 0, 0, 0, -Infinity] };
    await expectKernel(
      (labels, logits) => softmaxCrossEntropyWithLogits(labels!, logits!),
      [labels, logits],
      [{ shape: [5], values: [N, Math.LN2, N, N, Infinity] }],
    );
    const gradient: F = (labels, logits) => grad((x) => softmaxCrossEntropyWithLogits(labels!, x))(logits!);
    const slopes = [N, N, N, -0.5, 0.5, 0, N, N, N, N, N, N, 0.5, 0.5, -1];
    await expectKernel(gradient, [labels, logits], [{ shape: [5, 3], values: slopes }]);
  });
});

/** Each loss as a function of what has a derivative. */
const operations: Readonly<
  Record<string, { readonly f: F; readonly inputs: readonly Numbers[]; readonly kernel: string }>
> = {
  sigmoidCrossEntropyWithLogits: {
    f: sigmoidCrossEntropyWithLogits as F,
    inputs: [random([4, 5], 1, 0.5, 0.5), random([4, 5], 2, 3)],
    kernel: 'GmSigmoidCrossEntropy',
  },
  softmaxCrossEntropyWithLogits: {
    f: (l) => softmaxCrossEntropyWithLogits(tensor1d([2, 0, 1, 4], 'int32'), l!, { smoothing: 0.1 }),
    inputs: [random([4, 5], 2, 3)],
    kernel: 'GmSoftmaxCrossEntropy',
  },
  gaussianKl: { f: gaussianKl as F, inputs: [sample([4, 5]), sample([4, 5], 2)], kernel: 'GmGaussianKl' },
  gaussianKlPerDimension: {
    f: gaussianKlPerDimension as F,
    inputs: [sample([4, 5]), sample([4, 5], 2)],
    kernel: 'GmGaussianKl',
  },
  gaussianSample: {
    f: gaussianSample as F,
    inputs: [sample([4, 5]), sample([4, 5], 2), sample([4, 5], 3)],
    kernel: 'GmGaussianSample',
  },
  squaredDistance: {
    f: (x, y) => squaredDistance(x!, y!, { scale: 2 }),
    inputs: [sample([4, 5]), sample([4, 5], 2)],
    kernel: 'GmSquaredDistance',
  },
};

describe.each(Object.entries(operations))('%s', (_, { f, inputs, kernel }) => {
  /** First and second derivatives of Σ f², and of Σ (∂ Σ f² / ∂ inputs)². */
  async function derivatives(backend: 'cpu' | 'wasm') {
    await useBackend(backend);
    const first = (...xs: Tensor[]) => grads((...ys: Tensor[]) => sum(square(f(...ys))))(xs);
    const penalty = (...xs: Tensor[]) =>
      addN([...first(...xs), ...xs.map((x) => mul(0, x))].map((g) => sum(square(g))));
    const tensors = inputs.map(tensorOf);
    const results = tidy(() => [...first(...tensors), ...grads(penalty)(tensors)]);
    const values = await Promise.all(results.map((result) => result.data()));
    dispose([...tensors, ...results]);
    return values;
  }

  it('has the first and second derivatives that it has on cpu', async () => {
    const [cpu, wasm] = [await derivatives('cpu'), await derivatives('wasm')];
    expect(wasm.length).toBe(2 * inputs.length);
    for (const [index, values] of cpu.entries()) expectNear(wasm[index]!, values, 1e-5);
  });

  it('is one kernel on wasm', async () => {
    await useBackend('wasm');
    const tensors = inputs.map(tensorOf);
    const { kernelNames, result } = await profile(() => f(...tensors));
    dispose([...tensors, result]);
    expect(kernelNames).toEqual([kernel]);
  });
});

describe('wrong arguments', () => {
  const code = (f: () => unknown) => {
    try {
      f();
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'none';
  };

  it('are refused at the door', async () => {
    await useBackend('wasm');
    const [a, b, none] = [zeros([2, 3]), zeros([3, 2]), zeros([])];
    const int = zeros([2], 'int32');
    expect(code(() => sigmoidCrossEntropyWithLogits(a, b))).toBe('GM_SHAPE');
    expect(code(() => sigmoidCrossEntropyWithLogits(none, none))).toBe('GM_SHAPE');
    expect(code(() => gaussianKl(a, b))).toBe('GM_SHAPE');
    expect(code(() => gaussianKlPerDimension(a, b))).toBe('GM_SHAPE');
    expect(code(() => gaussianSample(a, a, b))).toBe('GM_SHAPE');
    expect(code(() => squaredDistance(a, b))).toBe('GM_SHAPE');
    expect(code(() => squaredDistance(a, a, { scale: 0 }))).toBe('GM_OPTION');
    expect(code(() => softmaxCrossEntropyWithLogits(int, b))).toBe('GM_SHAPE');
    expect(code(() => softmaxCrossEntropyWithLogits(int, zeros([2, 0])))).toBe('GM_SHAPE');
    expect(code(() => softmaxCrossEntropyWithLogits(zeros([2]), a))).toBe('GM_DTYPE');
    expect(code(() => softmaxCrossEntropyWithLogits(int, a, { smoothing: 2 }))).toBe('GM_OPTION');
  });
});
