import { expectError } from '@gm/core/testing';
import {
  exp,
  findBackend,
  findBackendFactory,
  getBackend,
  getKernel,
  matMul,
  memory,
  registerBackend,
  removeBackend,
  setBackend,
  type Tensor,
  tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeBackend, describeBackends } from '../describe.js';
import { useBackend } from '../use.js';
import { base64 as relaxed } from './modules/relaxed.js';
import { sidecarOf } from './sidecar.js';
import { registerWasmKernels } from './start.js';

const stock = findBackendFactory('wasm');

/** As in a program that has just been started: wasm registered by tfjs, and not running. */
beforeEach(async () => {
  await useBackend('cpu');
  if (findBackendFactory('wasm')) removeBackend('wasm');
  registerBackend('wasm', stock, 2);
});
afterEach(() => vi.restoreAllMocks());

async function expectRight(): Promise<void> {
  const x = tensor2d([1, 2, 3, 4], [2, 2]);
  expect(Array.from(await matMul(x, x).data())).toEqual([7, 10, 15, 22]);
}

describe('registerWasmKernels', () => {
  it('before setBackend() is all that a program needs', async () => {
    await registerWasmKernels({ threads: 2 });
    expect(getBackend()).toBe('cpu');
    expect(await setBackend('wasm')).toBe(true);
    expect(await describeBackend()).toMatchObject({ name: 'wasm', threads: 2 });
    await expectRight();
  });

  it('can be called again: only the number of threads changes', async () => {
    await useBackend('wasm', { threads: 2 });
    const [kernel, sidecar] = [getKernel('Exp', 'wasm'), sidecarOf(findBackend('wasm'))];
    const warn = vi.spyOn(console, 'warn');
    await registerWasmKernels({ threads: 1 });
    await useBackend('wasm', { threads: 1 });
    expect(getKernel('Exp', 'wasm')).toBe(kernel);
    expect(sidecarOf(findBackend('wasm'))).toBe(sidecar);
    expect(sidecar.threads).toBe(1);
    expect(warn).not.toHaveBeenCalled();
    await expectRight();
  });

  it('has one set of kernels and threads, however many copies of this package there are', async () => {
    await useBackend('wasm', { threads: 2 });
    const [kernel, sidecar] = [getKernel('Exp', 'wasm'), sidecarOf(findBackend('wasm'))];
    vi.resetModules();
    const copy = { ...(await import('./sidecar.js')), ...(await import('../use.js')) };
    expect(copy.useBackend).not.toBe(useBackend);
    expect(await copy.useBackend('wasm', { threads: 2 })).toMatchObject({ threads: 2 });
    expect(getKernel('Exp', 'wasm')).toBe(kernel);
    expect(copy.sidecarOf(findBackend('wasm'))).toBe(sidecar);
    removeBackend('wasm');
    expect(await copy.useBackend('wasm', { threads: 2 })).toMatchObject({ threads: 2 });
    expect(sidecarOf(findBackend('wasm')).threads).toBe(2);
  });

  it('gives several callers at a time what the last one asked for', async () => {
    await useBackend('wasm', { threads: 1 });
    await Promise.all([2, 1, 3].map((threads) => registerWasmKernels({ threads })));
    expect(sidecarOf(findBackend('wasm')).threads).toBe(3);
    await expectRight();
  });

  it.each([0, -1, 1.5, 65, Number.NaN, '2' as never])('refuses %s threads', async (threads) => {
    const refused = [`received ${threads}`, 'whole number from 1 to 64'] as const;
    await expectError(() => registerWasmKernels({ threads }), 'GM_OPTION', 'registerWasmKernels', ...refused);
    await expectError(() => useBackend('wasm', { threads }), 'GM_OPTION', 'useBackend', ...refused);
  });
});

describe('on a wasm backend that had started before', () => {
  it('works with one thread, and says why', async () => {
    await setBackend('wasm');
    const info = await useBackend('wasm', { threads: 2 });
    expect(info).toMatchObject({ threads: 1, limit: expect.stringContaining('it had started before') });
    expect(info.reason).toContain('1 thread (the memory of tfjs is not shared');
    await expectRight();
  });

  it('refuses one whose inside is not that of tfjs 4.22', async () => {
    registerOther();
    await setBackend('wasm');
    const words = ['wasm backend of TensorFlow.js 4.22', 'whose inside differs', 'at 4.22.0'] as const;
    await expectError(() => registerWasmKernels(), 'GM_BACKEND', ...words);
    await setBackend('cpu');
    await expectError(() => useBackend('wasm'), 'GM_BACKEND', ...words);
    expect(getBackend()).toBe('cpu');
  });

  it('refuses such a one that it starts itself', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    registerOther();
    await expectError(() => useBackend('wasm'), 'GM_BACKEND', 'whose inside differs');
    expect(getBackend()).toBe('cpu');
    expect(warn).toHaveBeenCalled(); // by tfjs
  });

  function registerOther() {
    removeBackend('wasm');
    registerBackend('wasm', () => ({ wasm: { asm: {}, cwrap: () => () => {} }, dispose() {} }) as never, 2);
  }
});

describe('a wasm backend that is removed', () => {
  it('can be used again', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await useBackend('wasm', { threads: 2 })).toMatchObject({ threads: 2 });
      await expectRight();
      removeBackend('wasm');
    }
  });

  it('refuses its tensors with a code, and lets them be disposed of', async () => {
    await useBackend('wasm', { threads: 2 });
    const before = memory().numTensors;
    const x = tensor([1, 2]);
    const old = findBackend('wasm');
    removeBackend('wasm');
    await setBackend('cpu');
    await expectError(() => exp(x), 'GM_DISPOSED', 'a backend that was removed', "before removeBackend('wasm')");
    await expectError(() => x.data(), 'GM_DISPOSED');
    const call = { inputs: { x }, attrs: {}, backend: old } as never;
    await expectError(() => getKernel('Exp', 'wasm').kernelFunc(call) as Tensor, 'GM_BACKEND', 'was disposed');
    x.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('and registered by the program itself has no kernels of ours, which say so', async () => {
    await useBackend('wasm', { threads: 2 });
    removeBackend('wasm');
    registerBackend('wasm', stock, 2);
    await setBackend('wasm');
    const x = tensor([1, 2]);
    await expectError(() => exp(x), 'GM_BACKEND', "Call await useBackend('wasm') before you compute");
    await useBackend('wasm', { threads: 2 });
    expect(Array.from(await exp(x).data())[0]).toBeCloseTo(Math.E, 6);
  });
});

describe('an engine', () => {
  it('without SIMD is refused, with a remedy', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expectError(() => useBackend('wasm'), 'GM_BACKEND', 'no WebAssembly SIMD', "useBackend('cpu')");
    await expectError(() => registerWasmKernels(), 'GM_BACKEND', 'an engine with WebAssembly SIMD', 'Update Node');
    expect((await describeBackends()).find(({ name }) => name === 'wasm')).toMatchObject({ startable: false });
    expect(getBackend()).toBe('cpu');
  });

  it('with relaxed SIMD uses it, with plain SIMD works without', async () => {
    expect(await useBackend('wasm', { threads: 1 })).toMatchObject({
      fused: true,
      reason: 'asked for; wasm with relaxed SIMD, 1 thread',
    });
    await expectRight();
    removeBackend('wasm');
    const validate = WebAssembly.validate.bind(WebAssembly);
    const length = atob(relaxed).length;
    vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => bytes.byteLength !== length && validate(bytes));
    expect(await useBackend('wasm', { threads: 2 })).toMatchObject({
      fused: false,
      reason: 'asked for; wasm with SIMD, 2 threads',
    });
    await expectRight();
  });

  it('whose threads do not start gets one thread and one warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Refused {
      constructor() {
        throw new Error('no more threads');
      }
    }
    vi.spyOn(process.getBuiltinModule('node:worker_threads'), 'Worker').mockImplementation(Refused as never);
    expect(await useBackend('wasm', { threads: 4 })).toMatchObject({
      threads: 1,
      limit: expect.stringContaining('no more'),
    });
    expect(warn.mock.calls).toEqual([[expect.stringContaining('no more threads; wasm goes on with one thread')]]);
    await expectRight();
    vi.restoreAllMocks();
    expect((await useBackend('wasm', { threads: 2 })).reason).toBe('asked for; wasm with relaxed SIMD, 2 threads');
    await expectRight();
  });

  it('without room for shared memory gets one thread', async () => {
    const { Memory } = WebAssembly;
    const construct = () => {
      throw new RangeError('could not allocate memory');
    };
    WebAssembly.Memory = new Proxy(Memory, { construct });
    const info = await useBackend('wasm', { threads: 2 }).finally(() => {
      WebAssembly.Memory = Memory;
    });
    expect(info).toMatchObject({ threads: 1, limit: expect.stringContaining('does not grant such memory') });
    await expectRight();
  });
});
