import { fc, test } from '@fast-check/vitest';
import { restored, seeded } from '@gm/core';
import { expectNoLeak } from '@gm/core/testing';
import { profile } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectKernel } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

const counts = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(4095, 4096, 4097, 10_001));
const counters = fc.oneof(
  fc.constantFrom(0, 2 ** 32 - 3, 2 ** 32, 2 ** 40 + 5),
  fc.maxSafeNat().map((n) => Math.floor(n / 2)),
);

describe('random numbers on wasm', () => {
  beforeAll(() => useBackend('wasm'));

  test.prop([fc.string(), counters, counts], { numRuns: 50 })(
    'are those of the plain stream, at any place of it',
    async (seed, counter, count) => {
      const { key } = seeded(seed).state;
      const at = () => restored({ key, counter });
      const [uniforms, normals] = [at().uniforms(count), at().normals(count)];
      await expectKernel(() => at().uniform([count]), [], [{ shape: [count], values: uniforms }], { tolerance: 0 });
      const bits = Int32Array.from(at().words(count));
      await expectKernel(() => at().bits([count]), [], [{ shape: [count], values: bits }], { tolerance: 0 });
      await expectKernel(() => at().normal([count]), [], [{ shape: [count], values: normals }], { tolerance: 2e-7 });
    },
  );

  it('agree to the last bit: uniforms always, normals but for one in a thousand at most', async () => {
    const shape = [100, 1000];
    const [uniforms, normals] = [seeded(1).uniform(shape), seeded(2).normal(shape)];
    expect(await uniforms.data()).toEqual(seeded(1).uniforms(100_000));
    const [drawn, plain] = [await normals.data(), seeded(2).normals(100_000)];
    const apart = plain.filter((value, index) => value !== drawn[index]).length;
    expect(apart).toBeLessThanOrEqual(100);
    expect(plain.every((value, index) => Math.abs(value - drawn[index]!) <= 1e-6)).toBe(true);
  });

  test.prop([fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 6 })], { numRuns: 30 })(
    'advance the stream as plain numbers do',
    (draws) => {
      const [device, plain] = [seeded(3), seeded(3)];
      for (const [normal, count] of draws) {
        (normal ? device.normal([count]) : device.uniform([count])).dispose();
        normal ? plain.normals(count) : plain.uniforms(count);
        expect(device.state).toEqual(plain.state);
      }
    },
  );

  it('are drawn by one kernel, and belong to the caller alone', async () => {
    const { kernelNames, result } = await profile(() => [seeded(1).normal([3, 2]), seeded(1).uniform([])]);
    expect(kernelNames).toEqual(['GmRandomNormal', 'GmRandomUniform']);
    for (const tensor of result as never as { shape: number[]; dispose(): void }[]) tensor.dispose();
    await expectNoLeak(() => seeded(1).normal([3, 2]));
    await expectNoLeak(() => seeded(1).uniform([0, 2]));
  });
});
