import { fc, test } from '@fast-check/vitest';
import { concat, slice, split } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { expectKernel, type Numbers, sample } from '../../test/kernelCase.js';

/** The numbers of x whose place on `axis` is in [begin, begin + size). */
function part(x: Numbers, axis: number, begin: number, size: number): Numbers {
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const places = Array.from(x.values, (value, index) => ({ value, place: Math.floor(index / inner) % x.shape[axis]! }));
  const values = places.filter(({ place }) => place >= begin && place < begin + size).map(({ value }) => value);
  return { ...x, shape: x.shape.map((length, index) => (index === axis ? size : length)), values };
}

const shapeAndCut = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(17, 70)), { minLength: 1, maxLength: 3 })
  .chain((shape) => fc.nat(shape.length - 1).chain((axis) => fc.nat(shape[axis]!).map((at) => ({ shape, axis, at }))));

describe('copies on wasm', () => {
  test.prop([shapeAndCut], { numRuns: 60 })('slice and join along any axis', async ({ shape, axis, at }) => {
    const x = sample(shape);
    const [first, second] = [part(x, axis, 0, at), part(x, axis, at, shape[axis]! - at)];
    const begin = shape.map((_, index) => (index === axis ? at : 0));
    await expectKernel((x) => slice(x, begin), [x], [second], { tolerance: 0 });
    await expectKernel((a, b) => concat([a!, b!], axis), [first, second], [x], { tolerance: 0 });
  });

  test.prop([fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 3 })], {
    numRuns: 20,
  })('split into equal pieces', async (count, size, inner) => {
    const x = sample([3, count * size, inner]);
    const pieces = Array.from({ length: count }, (_, index) => part(x, 1, index * size, size));
    await expectKernel((x) => split(x, count, 1), [x], pieces, { tolerance: 0 });
  });

  it('copies bytes and whole numbers as they are, and large tensors by several threads', async () => {
    const flags = { shape: [2, 3], values: [1, 0, 1, 1, 0, 0], dtype: 'bool' } as const;
    await expectKernel((x) => slice(x, [0, 1]), [flags], [part(flags, 1, 1, 2)], { tolerance: 0 });
    const whole = { shape: [4], values: [1, -2, 3, 2 ** 30], dtype: 'int32' } as const;
    await expectKernel((x) => concat([x!, x!]), [whole], [{ shape: [8], values: [...whole.values, ...whole.values] }], {
      tolerance: 0,
    });
    const large = sample([200, 300]);
    await expectKernel((x) => slice(x, [0, 7], [200, 201]), [large], [part(large, 1, 7, 201)], { tolerance: 0 });
    await expectKernel((x) => slice(x, [7, 0], [150, 300]), [large], [part(large, 0, 7, 150)], { tolerance: 0 });
  });

  it('keeps NaN and infinities', async () => {
    const x = { shape: [2, 2], values: [Number.NaN, Infinity, -Infinity, 1] };
    await expectKernel((x) => slice(x, [0, 0], [2, 1]), [x], [part(x, 1, 0, 1)]);
  });
});
