import { fc, test } from '@fast-check/vitest';
import { grad, image, mul, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';

interface Case {
  readonly shape: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly mode: 'corner' | 'aligned' | 'centred';
}

type Share = readonly [place: number, share: number];
/** What a place of the output is made of, along one axis. */
type Mixture = (from: number, to: number, place: number, mode: Case['mode']) => Share[];

const scaleOf = (from: number, to: number, mode: Case['mode']) =>
  mode === 'aligned' && to > 1 ? (from - 1) / (to - 1) : from / to;
const clamp = (place: number, length: number) => Math.min(Math.max(place, 0), length - 1);

const bilinear: Mixture = (from, to, place, mode) => {
  const ratio = scaleOf(from, to, mode);
  const at = mode === 'centred' ? ratio * (place + 0.5) - 0.5 : ratio * place;
  const low = Math.floor(at);
  return [
    [clamp(low, from), 1 - (at - low)],
    [clamp(low + 1, from), at - low],
  ];
};

const nearest: Mixture = (from, to, place, mode) => {
  const ratio = scaleOf(from, to, mode);
  const at = mode === 'centred' ? ratio * (place + 0.5) : ratio * place;
  return [[clamp(mode === 'aligned' ? Math.round(at) : Math.floor(at), from), 1]];
};

/** Calls visit(place of y, place of x, share) for all that y is made of. */
function visitAll(
  { shape: [batch, height, width, channels], size, mode }: Case,
  mixture: Mixture,
  visit: (y: number, x: number, share: number) => void,
) {
  let output = 0;
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++)
        for (let c = 0; c < channels; c++, output++)
          for (const [row, down] of mixture(height, size[0], i, mode))
            for (const [column, across] of mixture(width, size[1], j, mode))
              visit(output, ((b * height + row) * width + column) * channels + c, down * across);
}

function forward(c: Case, x: Numbers, mixture: Mixture): Numbers {
  const shape = [c.shape[0], ...c.size, c.shape[3]];
  const values = Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  visitAll(c, mixture, (output, input, share) => {
    values[output]! += share * x.values[input]!;
  });
  return { shape, values };
}

function back(c: Case, dy: Numbers, mixture: Mixture): Numbers {
  const values = Array<number>(c.shape.reduce((a, b) => a * b, 1)).fill(0);
  visitAll(c, mixture, (output, input, share) => {
    values[input]! += share * dy.values[output]!;
  });
  return { shape: c.shape, values };
}

const resized =
  (f: typeof image.resizeBilinear, { size, mode }: Case) =>
  (x: Tensor) =>
    f(x as Tensor4D, [...size], mode === 'aligned', mode === 'centred') as Tensor;
const gradient = (f: (x: Tensor) => Tensor) => (x: Tensor, dy: Tensor) => grad((x: Tensor) => sum(mul(f(x), dy)))(x);

async function check(c: Case): Promise<void> {
  const x = sample(c.shape);
  for (const [f, mixture] of [
    [image.resizeBilinear, bilinear],
    [image.resizeNearestNeighbor, nearest],
  ] as const) {
    const expected = forward(c, x, mixture);
    const dy = sample(expected.shape, 2);
    await expectKernel(resized(f, c), [x], [expected]);
    await expectKernel(gradient(resized(f, c)), [x, dy], [back(c, dy, mixture)], { tolerance: 1e-4 });
  }
}

const side = fc.integer({ min: 1, max: 9 });
const cases = fc.record({
  shape: fc.tuple(fc.integer({ min: 0, max: 3 }), side, side, fc.integer({ min: 1, max: 9 })),
  size: fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 })),
  mode: fc.constantFrom<Case['mode']>('corner', 'aligned', 'centred'),
});

describe('resizing on wasm against float64', () => {
  test.prop([cases], { numRuns: 40 })('forward and backward, up and down, corners either way', check);

  it.each<Case['mode']>(['corner', 'aligned', 'centred'])('where threads share the work: %s', async (mode) => {
    await check({ shape: [2, 14, 13, 21], size: [28, 26], mode });
    await check({ shape: [1, 33, 40, 16], size: [7, 5], mode });
  });

  it('keeps NaN, in the gradient too, and infinities away from what they have no part in', async () => {
    const c: Case = { shape: [1, 2, 2, 5], size: [4, 4], mode: 'corner' };
    const x = sample(c.shape);
    (x.values as Float32Array)[1] = Number.NaN;
    (x.values as Float32Array)[17] = Infinity;
    await expectKernel(resized(image.resizeNearestNeighbor, c), [x], [forward(c, x, nearest)]);
    const values = Float32Array.from(x.values, (value) => (value === Infinity ? 0.5 : value));
    // What NaN has the share 0 in is NaN too: 0 · NaN.
    const finite = { shape: x.shape, values };
    const expected = forward(c, finite, bilinear);
    await expectKernel(resized(image.resizeBilinear, c), [finite], [expected]);
    const dy = sample([1, 4, 4, 5], 2);
    (dy.values as Float32Array)[3] = Number.NaN;
    await expectKernel(
      gradient(resized(image.resizeNearestNeighbor, c)),
      [sample(c.shape), dy],
      [back(c, dy, nearest)],
    );
  });
});
