import { useBackend } from '@gm/backends';
import { restored, seeded } from '@gm/core';
import { engine, memory, profile, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { missing } from './present.js';

const absent = await missing('webgpu');

describe.skipIf(absent)(`random numbers on WebGPU ${absent ?? ''}`, () => {
  beforeAll(() => useBackend('webgpu', { software: true }));

  async function read(draw: () => Tensor) {
    const before = [memory().numTensors, engine().backend.numDataIds()];
    const tensor = draw();
    const { shape, dtype } = tensor;
    const values = await tensor.data();
    tensor.dispose();
    expect([memory().numTensors, engine().backend.numDataIds()], 'nothing left behind').toEqual(before);
    return { shape, dtype, values };
  }

  it.each([
    [0, 1],
    [0, 4097],
    [5, 130],
    [2 ** 32 - 3, 40],
    [2 ** 40 + 5, 1003],
    [7, 0],
    [1, 300_000],
  ])('are those of the plain stream from block %i on, %i of them', async (counter, count) => {
    const { key } = seeded(`from ${counter}`).state;
    const at = () => restored({ key, counter });
    expect((await read(() => at().bits([count]))).values).toEqual(Int32Array.from(at().words(count)));
    expect((await read(() => at().uniform([count]))).values).toEqual(at().uniforms(count));
    const [drawn, plain] = [(await read(() => at().normal([count]))).values, at().normals(count)];
    const apart = plain.reduce((most, value, index) => Math.max(most, Math.abs(value - drawn[index]!)), 0);
    expect(apart).toBeLessThanOrEqual(1e-6);
  });

  it('are as close at the ends of the words, where logarithm and angle are hardest', async () => {
    const [drawn, plain] = [(await read(() => seeded(5).normal([1e6]))).values, seeded(5).normals(1e6)];
    const largest = plain.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(4.6);
    const apart = plain.reduce((most, value, index) => Math.max(most, Math.abs(value - drawn[index]!)), 0);
    expect(apart).toBeLessThanOrEqual(1e-6);
  });

  it('have their shape, are drawn by one kernel, and advance the stream as plain numbers do', async () => {
    const random = seeded(1);
    const { kernelNames, result } = await profile(() => [
      random.normal([2, 3, 5]),
      random.uniform([]),
      random.bits([7]),
    ]);
    const drawn = result as unknown as Tensor[];
    expect(kernelNames).toEqual(['GmRandomNormal', 'GmRandomUniform', 'GmRandomBits']);
    expect(drawn.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[2, 3, 5], 'float32'],
      [[], 'float32'],
      [[7], 'int32'],
    ]);
    const plain = seeded(1);
    expect(await drawn[0]!.data()).toHaveLength(plain.normals(30).length);
    expect([...(await drawn[1]!.data())]).toEqual([...plain.uniforms(1)]);
    expect([...(await drawn[2]!.data())]).toEqual([...Int32Array.from(plain.words(7))]);
    expect(random.state).toEqual(plain.state);
    for (const tensor of drawn) tensor.dispose();
  });
});
