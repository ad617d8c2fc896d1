import { describeBackend, useBackend } from '@gm/backends';
import { deviceInUse, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { dense, sequential, tanh } from '@gm/networks';
import {
  addN,
  concat,
  dispose,
  engine,
  env,
  getBackend,
  matMul,
  memory,
  ones,
  reshape,
  type Tensor,
  tensor,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missing } from './present.js';

const absent = await missing('webgpu');
const software = { software: true } as const;

describe.skipIf(absent)(`WebGPU in Node ${absent ?? ''}`, () => {
  beforeEach(async () => {
    await useBackend('webgpu', software);
    env().set('WEBGPU_CPU_FORWARD', false); // small tensors would be computed in JavaScript
  });
  afterEach(() => {
    const left = memory().numTensors;
    engine().disposeVariables();
    expect(left).toBe(0);
  });

  const device = () => (engine().backend as unknown as { device: { destroy(): void } }).device;
  const network = () => {
    const random = seeded(3);
    return sequential(spec([5]), dense({ units: 7, random }), tanh(), dense({ units: 2, random }));
  };
  const input = () => tensor(seeded(4).normals(15), [3, 5]);
  const variableOf = (value: Tensor) => {
    const made = variable(value);
    value.dispose();
    return made;
  };
  const valuesOf = async (make: () => Tensor) => {
    const made = tidy(make);
    const values = await made.data();
    made.dispose();
    return [...values];
  };

  it('says what it runs on', async () => {
    const report = (await describeBackend())!;
    expect(report).toMatchObject({ name: 'webgpu', current: true, startable: true });
    expect(report.device).toBeTruthy();
    expect(report.tensorBytes).toBe(deviceInUse()!.tensorBytes);
    expect(report.tensorBytes).toBeGreaterThanOrEqual(2 ** 27);
  });

  it('networks move along from backend to backend, with the same outputs, on each of them', async () => {
    await useBackend('cpu');
    const f = network();
    const expected = await valuesOf(() => f.apply(input()));
    for (const name of ['webgpu', 'wasm', 'webgpu', 'cpu'] as const) {
      await useBackend(name, software);
      expect(getBackend()).toBe(name);
      const actual = await valuesOf(() => f.apply(input()));
      for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 5);
      const homes = Object.values(f.parameters).map(({ dataId }) => engine().state.tensorInfo.get(dataId)!.backend);
      expect(new Set(homes)).toEqual(new Set([engine().backend]));
    }
    f.dispose();
  });

  it('clones of a variable move with it', async () => {
    const v = variableOf(tensor([1, 2]));
    const doubled = tidy(() => v.clone());
    await valuesOf(() => matMul(reshape(v, [1, 2]), ones([2, 1])));
    await useBackend('cpu');
    expect([...doubled.dataSync()]).toEqual([1, 2]);
    dispose([v, doubled]);
  });

  it('sums of many terms are sums, where tfjs gives zeros', async () => {
    for (const count of [2, 7, 8, 9, 20, 50, 64]) {
      const ids = engine().backend.numDataIds();
      expect(await valuesOf(() => addN(Array.from({ length: count }, (_, index) => tensor([index, 1]))))).toEqual([
        (count * (count - 1)) / 2,
        count,
      ]);
      expect(engine().backend.numDataIds()).toBe(ids);
    }
    expect(deviceInUse()!.failure).toBeUndefined();
  });

  it('a synchronous read is refused, where tfjs would throw something else or give zeros', async () => {
    const x = tidy(() => matMul(ones([2, 2]), ones([2, 2])));
    await expectError(() => x.dataSync(), 'GM_BACKEND', 'a synchronous read from webgpu', 'await tensor.data()');
    expect([...(await x.data())]).toEqual([2, 2, 2, 2]);
    expect([...x.dataSync()], 'numbers that are in JavaScript already').toEqual([2, 2, 2, 2]);
    x.dispose();
  });

  it('a tensor that is used on another backend without having been moved is refused', async () => {
    const x = tidy(() => matMul(ones([2, 2]), ones([2, 2])));
    await useBackend('cpu');
    await expectError(() => tidy(() => matMul(x, x)), 'GM_BACKEND', 'useBackend() takes variables along');
    x.dispose();
  });

  it('a tensor larger than the device binds is refused, and leaves nothing behind', async () => {
    const limit = deviceInUse()!.tensorBytes!;
    const half = zeros([limit / 8 + 1]);
    const ids = engine().backend.numDataIds();
    await expectError(() => tidy(() => concat([half, half])), 'GM_MEMORY', `at most ${limit} bytes`, 'smaller batches');
    expect(engine().backend.numDataIds()).toBe(ids);
    half.dispose();
    expect(await valuesOf(() => addN([tensor([1]), tensor([2])])), 'and everything goes on').toEqual([3]);
    expect(deviceInUse()!.failure).toBeUndefined();
  });

  it('a variable larger than the device binds stays where it is, and so do all others', async () => {
    const limit = deviceInUse()!.tensorBytes!;
    await useBackend('cpu');
    const [small, large] = [variableOf(tensor([1])), variableOf(zeros([limit / 4 + 1]))];
    await expectError(() => useBackend('webgpu', software), 'GM_MEMORY', `at most ${limit} bytes`);
    expect(getBackend()).toBe('cpu');
    for (const { dataId } of [small, large])
      expect(engine().state.tensorInfo.get(dataId)!.backend).toBe(engine().backend);
    dispose([small, large]);
  });

  it('a lost device fails every read, and another takes its place', async () => {
    const f = network();
    const before = await valuesOf(() => f.apply(input()));
    const failing = tidy(() => f.apply(input()));
    device().destroy();
    await expectError(() => failing.data(), 'GM_DEVICE', 'it was lost', "useBackend('webgpu')");
    expect(deviceInUse()!.failure).toMatchObject({ code: 'GM_DEVICE' });
    failing.dispose();

    await useBackend('webgpu', software);
    expect(deviceInUse()!.failure).toBeUndefined();
    await expectError(() => valuesOf(() => f.apply(input())), 'GM_DEVICE', 'it was lost');
    f.dispose();
    const again = network();
    expect(await valuesOf(() => again.apply(input()))).toEqual(before);
    again.dispose();
  });

  it('a refused command fails the next read rather than giving zeros', async () => {
    const { backend } = engine();
    const good = tidy(() => matMul(ones([2, 2]), ones([2, 2])));
    const raw = (backend as unknown as { device: { createBuffer(options: object): unknown } }).device;
    raw.createBuffer({ size: 16, usage: 0 }); // no usage at all is invalid
    await deviceInUse()!.settle();
    await expectError(() => good.data(), 'GM_DEVICE', 'it refused a command');
    good.dispose();
    await useBackend('webgpu', software);
    expect(engine().backend).not.toBe(backend);
    expect(await valuesOf(() => matMul(ones([1, 2]), ones([2, 1])))).toEqual([2]);
  });
});
