import { fc, test } from '@fast-check/vitest';
import { expectError } from '@gm/core/testing';
import { batchNormalization, groupNormalization, layerNormalization } from '@gm/ops';
import {
  add,
  batchNorm,
  grad,
  grads,
  mul,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

const epsilon = 1e-3;

/** Which group a number of x belongs to, by its place in x. */
type GroupOf = (place: number) => number;

const batchGroups =
  (channels: number): GroupOf =>
  (place) =>
    place % channels;
const layerGroups =
  (width: number): GroupOf =>
  (place) =>
    Math.floor(place / width);
const groupGroups =
  (rows: number, channels: number, groups: number): GroupOf =>
  (place) =>
    Math.floor(place / (rows * channels)) * groups + Math.floor((place % channels) / (channels / groups));

interface Reference {
  readonly y: number[];
  readonly mean: number[];
  readonly variance: number[];
  /** Gradients of Σ y dy + Σ mean dMean + Σ variance dVariance. */
  readonly back: (
    dy: Numbers,
    dMean?: Numbers,
    dVariance?: Numbers,
  ) => { dx: number[]; dScale: number[]; dOffset: number[] };
}

/** Normalisation and its gradients by their formulas, in float64. */
function reference(x: Numbers, scale: Numbers, offset: Numbers, groupOf: GroupOf, eps = epsilon): Reference {
  const places = Array.from(x.values, (_, place) => place);
  const width = scale.values.length;
  const gather = (f: (place: number) => number, of: (place: number) => number, length: number) => {
    const sums = Array<number>(length).fill(0);
    for (const place of places) sums[of(place)]! += f(place);
    return sums;
  };
  const count = places.reduce((most, place) => Math.max(most, groupOf(place) + 1), 0);
  const sizes = gather(() => 1, groupOf, count);
  const mean = gather((place) => x.values[place]!, groupOf, count).map((total, g) => total / sizes[g]!);
  const variance = gather((place) => (x.values[place]! - mean[groupOf(place)]!) ** 2, groupOf, count).map(
    (total, g) => total / sizes[g]!,
  );
  const inverse = variance.map((value) => 1 / Math.sqrt(value + eps));
  const hat = places.map((place) => (x.values[place]! - mean[groupOf(place)]!) * inverse[groupOf(place)]!);
  const column = (place: number) => place % width;
  const y = places.map((place) => hat[place]! * scale.values[column(place)]! + offset.values[column(place)]!);
  return {
    y,
    mean,
    variance,
    back(dy, dMean, dVariance) {
      const along = (place: number) => dy.values[place]! * scale.values[column(place)]!;
      const sums = gather(along, groupOf, count);
      const products = gather((place) => along(place) * hat[place]!, groupOf, count);
      return {
        dx: places.map((place) => {
          const g = groupOf(place);
          const direct = inverse[g]! * (along(place) - (sums[g]! + hat[place]! * products[g]!) / sizes[g]!);
          const centred = x.values[place]! - mean[g]!;
          return direct + ((dMean?.values[g] ?? 0) + 2 * centred * (dVariance?.values[g] ?? 0)) / sizes[g]!;
        }),
        dScale: gather((place) => dy.values[place]! * hat[place]!, column, width),
        dOffset: gather((place) => dy.values[place]!, column, width),
      };
    },
  };
}

/** The gradients of Σ y dy for x, scale and offset. */
const back =
  (f: (x: Tensor, scale: Tensor, offset: Tensor) => Tensor) => (x: Tensor, scale: Tensor, offset: Tensor, dy: Tensor) =>
    grads((x: Tensor, scale: Tensor, offset: Tensor) => sum(mul(f(x, scale, offset), dy)))([x, scale, offset]);

const shapedAs = (values: number[], shape: readonly number[]): Numbers => ({ shape, values });

/** Checks a normalisation forward and backward. */
async function check(
  f: (x: Tensor, scale: Tensor, offset: Tensor) => Tensor,
  x: Numbers,
  groupOf: GroupOf,
): Promise<void> {
  const width = x.shape.at(-1)!;
  const [scale, offset, dy] = [sample([width], 2), sample([width], 3), sample(x.shape, 4)];
  const expected = reference(x, scale, offset, groupOf);
  await expectKernel(f as never, [x, scale, offset], [shapedAs(expected.y, x.shape)]);
  const { dx, dScale, dOffset } = expected.back(dy);
  const gradients = [shapedAs(dx, x.shape), shapedAs(dScale, [width]), shapedAs(dOffset, [width])];
  await expectKernel(back(f) as never, [x, scale, offset, dy], gradients, { tolerance: 1e-4 });
}

/** x shifted and stretched, rounded to float32 as the tensor will be. */
const moved = ({ shape, values }: Numbers, mean: number, spread: number): Numbers => ({
  shape,
  values: Float32Array.from(values, (value) => mean + spread * value),
});

const batchY = (x: Tensor, scale: Tensor, offset: Tensor) => batchNormalization(x, scale, offset, { epsilon }).y;
const layerY = (x: Tensor, scale: Tensor, offset: Tensor) => layerNormalization(x, scale, offset, { epsilon });
const groupY = (groups: number) => (x: Tensor, scale: Tensor, offset: Tensor) =>
  groupNormalization(x, scale, offset, { groups, epsilon });

const rows = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(70, 300));
const width = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(33, 64));

describe('batch normalisation on wasm against float64', () => {
  test.prop([rows, width], { numRuns: 15 })('forward and backward, of any size', async (rows, channels) => {
    await check(batchY, sample([rows, channels]), batchGroups(channels));
  });

  test.prop([fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 })], {
    numRuns: 10,
  })('of images', async (batch, side, channels) => {
    await check(batchY, sample([batch, side, side, channels]), batchGroups(channels));
  });

  it.each([
    [20001, 1],
    [7001, 3],
    [2500, 16],
    [40, 1100],
  ])('of %i × %i, which threads share', async (rows, channels) => {
    await check(batchY, sample([rows, channels]), batchGroups(channels));
  });

  it.each([1e3, 1e5])('keeps its digits around a mean of %d', async (mean) => {
    const [x, scale, offset, dy] = [
      moved(sample([600, 5]), mean, 2),
      sample([5], 2),
      sample([5], 3),
      sample([600, 5], 4),
    ];
    const expected = reference(x, scale, offset, batchGroups(5));
    await expectKernel(
      ((x: Tensor, scale: Tensor, offset: Tensor) => {
        const { y, variance } = batchNormalization(x, scale, offset, { epsilon });
        return [y, variance];
      }) as never,
      [x, scale, offset],
      [shapedAs(expected.y, [600, 5]), shapedAs(expected.variance, [5])],
    );
    const { dx, dScale, dOffset } = expected.back(dy);
    const gradients = [shapedAs(dx, [600, 5]), shapedAs(dScale, [5]), shapedAs(dOffset, [5])];
    await expectKernel(back(batchY) as never, [x, scale, offset, dy], gradients, { tolerance: 1e-4 });
  });

  it('keeps its digits where the first rows are far from the others', async () => {
    const x = moved(sample([1000, 3]), 1e3, 1);
    (x.values as Float32Array).fill(0, 0, 3 * 20);
    await check(batchY, x, batchGroups(3));
  });

  it('gives mean and variance, and passes on what comes back through them', async () => {
    const [x, scale, offset] = [sample([37, 6]), sample([6], 2), sample([6], 3)];
    const [dy, dMean, dVariance] = [sample([37, 6], 4), sample([6], 5), sample([6], 6)];
    const expected = reference(x, scale, offset, batchGroups(6));
    const all = (x: Tensor, scale: Tensor, offset: Tensor) => {
      const { y, mean, variance } = batchNormalization(x, scale, offset, { epsilon });
      return [y, mean, variance];
    };
    const shapes = [[37, 6], [6], [6]];
    const values = [expected.y, expected.mean, expected.variance];
    await expectKernel(
      all as never,
      [x, scale, offset],
      values.map((value, index) => shapedAs(value, shapes[index]!)),
    );
    const along = (x: Tensor, scale: Tensor, offset: Tensor, ...weights: Tensor[]) =>
      grads((...inputs: Tensor[]) =>
        (all as (...inputs: Tensor[]) => Tensor[])(...inputs)
          .map((output, index) => sum(mul(output, weights[index]!)))
          .reduce((a, b) => add(a, b)),
      )([x, scale, offset]);
    const { dx, dScale, dOffset } = expected.back(dy, dMean, dVariance);
    await expectKernel(
      along as never,
      [x, scale, offset, dy, dMean, dVariance],
      [dx, dScale, dOffset].map((value, index) => shapedAs(value, shapes[index]!)),
      { tolerance: 1e-4 },
    );
  });

  it('keeps NaN and infinities, each in its channel', async () => {
    const x = sample([40, 3]);
    (x.values as Float32Array)[9] = Number.NaN;
    (x.values as Float32Array)[31 * 3 + 1] = Infinity;
    const [scale, offset] = [sample([3], 2), sample([3], 3)];
    const { y, mean, variance } = reference(x, scale, offset, batchGroups(3));
    expect(mean.slice(0, 2)).toEqual([Number.NaN, Infinity]);
    const all = (x: Tensor, scale: Tensor, offset: Tensor) =>
      Object.values(batchNormalization(x, scale, offset, { epsilon }));
    const expected = [shapedAs(y, [40, 3]), shapedAs(mean, [3]), shapedAs(variance, [3])];
    await expectKernel(all as never, [x, scale, offset], expected);
  });

  it('of no channels', async () => {
    await expectKernel(batchY as never, [sample([3, 0]), sample([0]), sample([0])], [shapedAs([], [3, 0])]);
  });
});

describe('layer normalisation on wasm against float64', () => {
  test.prop([rows, width], { numRuns: 15 })('forward and backward, of any size', async (rows, width) => {
    await check(layerY, sample([rows, width]), layerGroups(width));
  });

  it.each([
    [1000, 33],
    [3, 9001],
    [10000, 2],
  ])('of %i × %i, which threads share', async (rows, width) => {
    await check(layerY, sample([rows, width]), layerGroups(width));
  });

  it('keeps its digits around a large mean', async () => {
    await check(layerY, moved(sample([9, 70]), 1e3, 1), layerGroups(70));
    await check(layerY, moved(sample([9, 70]), 1e5, 2), layerGroups(70));
  });

  it('keeps NaN and infinities, each in its row', async () => {
    const x = sample([4, 7]);
    (x.values as Float32Array)[7] = Number.NaN;
    (x.values as Float32Array)[20] = -Infinity;
    const [scale, offset] = [sample([7], 2), sample([7], 3)];
    const { y } = reference(x, scale, offset, layerGroups(7));
    await expectKernel(layerY as never, [x, scale, offset], [shapedAs(y, [4, 7])]);
  });

  it('of no rows and of empty ones', async () => {
    for (const [rows, width] of [
      [0, 3],
      [3, 0],
    ] as const) {
      const x = sample([rows, width]);
      await expectKernel(layerY as never, [x, sample([width]), sample([width])], [shapedAs([], x.shape)]);
    }
  });
});

describe('group normalisation on wasm against float64', () => {
  const groups = fc.integer({ min: 1, max: 5 });
  test.prop([fc.integer({ min: 1, max: 4 }), fc.oneof(rows, fc.constant(0)), groups, groups], { numRuns: 15 })(
    'forward and backward, of any size',
    async (batch, rows, groups, width) => {
      const x = sample([batch, rows, groups * width]);
      await check(groupY(groups), x, groupGroups(rows, groups * width, groups));
    },
  );

  it.each([
    [[5, 30, 21, 6], 2],
    [[2, 30, 30, 32], 8],
    [[3, 2000, 1], 1],
  ])('of %j, which threads share', async (shape, groups) => {
    const places = shape.slice(1, -1).reduce((a, b) => a * b, 1);
    await check(groupY(groups), sample(shape), groupGroups(places, shape.at(-1)!, groups));
  });

  it('keeps its digits around a large mean', async () => {
    await check(groupY(2), moved(sample([3, 90, 6]), 1e4, 1), groupGroups(90, 6, 2));
  });
});

describe('normalisations', () => {
  const cases: [string, (x: Tensor, scale: Tensor, offset: Tensor) => Tensor][] = [
    ['batch', batchY],
    ['layer', layerY],
    ['group', groupY(2)],
  ];
  it.each(cases)('%s: cpu and wasm agree, up to second derivatives', async (_, f) => {
    const [x, scale, offset, w] = [sample([5, 3, 4]), sample([4], 2), sample([4], 3), sample([5, 3, 4], 4)];
    const results: Float32Array[][] = [];
    for (const backend of ['cpu', 'wasm'] as const) {
      await useBackend(backend);
      const [tx, ts, to, tw] = [x, scale, offset, w].map(tensorOf) as [Tensor, Tensor, Tensor, Tensor];
      const dx = (x: Tensor, scale: Tensor) => grad((x: Tensor) => sum(mul(square(f(x, scale, to)), tw)))(x);
      const second = grads((x: Tensor, scale: Tensor) => sum(square(dx(x, scale))))([tx, ts]);
      const values = [f(tx, ts, to), dx(tx, ts), ...second];
      results.push(await Promise.all(values.map(async (value) => (await value.data()) as Float32Array)));
    }
    for (const [index, values] of results[1]!.entries()) expectNear(values, results[0]![index]!, 1e-4);
  });

  test.prop([fc.integer({ min: 1, max: 30 }), width, fc.boolean(), fc.boolean()], { numRuns: 15 })(
    'tfjs batchNorm with given statistics',
    async (rows, channels, scaled, shifted) => {
      const [x, mean, spread] = [sample([rows, 1, 1, channels]), sample([channels], 2), sample([channels], 3)];
      const variance = { shape: [channels], values: Float32Array.from(spread.values, (value) => value * value) };
      const [scale, offset] = [sample([channels], 4), sample([channels], 5)];
      const values = Array.from(x.values, (value, place) => {
        const c = place % channels;
        const hat = (value - mean.values[c]!) / Math.sqrt(variance.values[c]! + 0.5);
        return hat * (scaled ? scale.values[c]! : 1) + (shifted ? offset.values[c]! : 0);
      });
      await expectKernel(
        (x, mean, variance, scale, offset) =>
          batchNorm(
            x as Tensor4D,
            mean as never,
            variance as never,
            shifted ? (offset as never) : undefined,
            scaled ? (scale as never) : undefined,
            0.5,
          ),
        [x, mean, variance, scale, offset],
        [{ shape: x.shape, values }],
      );
    },
  );

  it('refuse what does not fit', async () => {
    const [x, c, wrong] = [zeros([2, 3, 4]), zeros([4]), zeros([3])];
    await expectError(() => batchNormalization(x, wrong, c), 'GM_SHAPE', 'scale [3]', 'one scale and one offset');
    await expectError(
      () => batchNormalization(zeros([0, 4]), c, c),
      'GM_SHAPE',
      'a value for each channel',
      'x [0, 4]',
    );
    await expectError(() => layerNormalization(x, c, zeros([4, 1])), 'GM_SHAPE', 'layerNormalization', 'offset [4, 1]');
    await expectError(() => layerNormalization(zeros([2, 4], 'int32'), c, c), 'GM_DTYPE', 'x int32', 'Cast to float32');
    await expectError(() => layerNormalization(x, c, c, { epsilon: 0 }), 'GM_OPTION', 'epsilon', 'received 0');
    await expectError(() => groupNormalization(x, c, c, { groups: 3 }), 'GM_OPTION', 'groups to divide the 4 channels');
    await expectError(() => groupNormalization(c, c, c, { groups: 2 }), 'GM_SHAPE', 'x of rank 2 or more');
  });

  it('tfjs batchNorm with statistics of every number', async () => {
    const of = (values: number[]) => tensor(values, [1, 1, 1, 2]) as Tensor4D;
    await useBackend('wasm');
    const y = batchNorm(of([1, 2]), of([0, 1]), of([1, 4]), undefined, undefined, 0);
    expectNear(await y.data(), [1, 0.5], 1e-6);
  });
});
