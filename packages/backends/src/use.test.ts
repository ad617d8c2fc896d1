import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectError, expectNoLeak } from '@gm/core/testing';
import {
  clone,
  dispose,
  engine,
  findBackendFactory,
  getBackend,
  getGradient,
  getKernel,
  registerBackend,
  registerGradient,
  registerKernel,
  removeBackend,
  Tanh,
  tensor,
  tidy,
  UnsortedSegmentSum,
  unregisterKernel,
  variable,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeBackend, describeBackends } from './describe.js';
import { registerGradients } from './gradients/register.js';
import { useBackend } from './use.js';

const home = process.cwd();
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backends-'));
  process.chdir(folder);
  await useBackend('cpu');
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** A package as npm would install it into the working directory. */
function install(name: string, main: string, files: readonly string[] = []): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  writeFileSync(join(place, 'index.js'), main);
  for (const file of files) {
    mkdirSync(join(place, file, '..'), { recursive: true });
    writeFileSync(join(place, file), '');
  }
}

const BINDING = ['lib/napi-v8/tfjs_binding.node'];
/** Dawn keeps one instance for the process; this one answers with the adapter of the moment. */
function dawn(adapter: object | null): void {
  install(
    'webgpu',
    'exports.globals = {}; exports.create = () => ({ requestAdapter: async () => globalThis.adapterOfTest });',
  );
  vi.stubGlobal('adapterOfTest', adapter);
}

describe('useBackend', () => {
  it('falls back on wasm where nothing else is installed, and says so', async () => {
    const info = await useBackend('auto', { threads: 2 });
    expect(info).toMatchObject({ name: 'wasm', tfjsName: 'wasm', simd: true, fused: true, threads: 2 });
    expect(info.reason).toBe('nothing else is installed; wasm with relaxed SIMD, 2 threads');
    expect(getBackend()).toBe('wasm');
  });

  it('uses as many threads as the machine runs at once, at most 8', async () => {
    expect((await useBackend('wasm')).threads).toBe(Math.min(8, availableParallelism()));
  });

  it('takes the backend that is asked for', async () => {
    expect((await useBackend('cpu')).reason).toBe('asked for; cpu with 1 thread');
    expect(getBackend()).toBe('cpu');
  });

  it('makes no tensors', async () => {
    await expectNoLeak(async () => [await useBackend('wasm'), await describeBackends()].slice(2));
  });

  it('lists the choices when a name is unknown', async () => {
    await expectError(
      () => useBackend('cuda' as never),
      'GM_BACKEND',
      "received 'cuda'",
      'node-gpu, webgpu, node, wasm, cpu',
    );
  });

  it.each([
    ['node-gpu', 'npm install @tensorflow/tfjs-node-gpu'],
    ['node', 'npm install @tensorflow/tfjs-node'],
    ['webgpu', 'npm install @tensorflow/tfjs-backend-webgpu webgpu'],
  ] as const)('says how to install %s, and leaves the former backend in use', async (name, command) => {
    await expectError(() => useBackend(name), 'GM_BACKEND', `${name}: it is not installed`, command);
    expect(getBackend()).toBe('cpu');
  });

  it('sees a package whose compiled binding is missing, without loading it', async () => {
    install('@tensorflow/tfjs-node-gpu', 'throw new Error("loaded")');
    await expectError(
      () => useBackend('node-gpu'),
      'GM_BACKEND',
      'without its compiled binding',
      'npm rebuild @tensorflow/tfjs-node-gpu',
    );
    const { name, reason } = await useBackend();
    expect(name).toBe('wasm');
    expect(reason).toContain(
      'node-gpu was passed over: @tensorflow/tfjs-node-gpu is installed without its compiled binding',
    );
  });

  it('passes on why a package fails to load', async () => {
    install('@tensorflow/tfjs-node', 'throw new Error("wrong ELF class")', BINDING);
    await expectError(() => useBackend('node'), 'GM_BACKEND', "it fails with 'wrong ELF class'", 'npm rebuild');
    expect(getBackend()).toBe('cpu');
  });

  it('restores the former backend when tfjs cannot start another', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    registerBackend('tensorflow', () => {
      throw new Error('no driver');
    });
    install('@tensorflow/tfjs-node', '', BINDING);
    await expectError(() => useBackend('node'), 'GM_BACKEND', 'node: tfjs could not start it');
    expect(getBackend()).toBe('cpu');
    removeBackend('tensorflow');
  });
});

describe('TensorFlow in Node', () => {
  /** Does what the packages do when they are loaded: registers a backend, and gradients of its own for everybody. */
  function tensorFlow(name: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu', isUsingGpuDevice = false): void {
    const backend = { isGPUPackage: name.endsWith('-gpu'), isUsingGpuDevice, binding: { TF_Version: '2.9.1' } };
    install(
      name,
      `_tfGlobals.get('gradRegistry').set('Tanh', { kernelName: 'Tanh' });
       if (!require('node:util').isNullOrUndefined(null)) throw new Error('util');
       _tfengine.registerBackend('tensorflow', () => ({ ...${JSON.stringify(backend)}, dispose() {} }), 3);`,
      BINDING,
    );
  }
  afterEach(() => void (findBackendFactory('tensorflow') && removeBackend('tensorflow')));

  it('says that it computes on CUDA', async () => {
    tensorFlow('@tensorflow/tfjs-node-gpu', true);
    const { name, device, reason } = await useBackend();
    expect(name).toBe('node-gpu');
    expect(device).toBe('TensorFlow 2.9.1 on CUDA');
    expect(reason).toBe('the first choice; node-gpu with TensorFlow 2.9.1 on CUDA');
  });

  it('says that it computes on the processor where the package for CUDA finds none', async () => {
    tensorFlow('@tensorflow/tfjs-node-gpu');
    expect((await describeBackends())[0]).toEqual({
      name: 'node-gpu',
      tfjsName: 'tensorflow',
      current: false,
      installed: true,
      startable: true,
    });
    const { reason } = await useBackend('node-gpu');
    expect(reason).toMatch(/TensorFlow 2\.9\.1 on .+, because it found no CUDA device it can use$/);
    expect((await describeBackend())?.name).toBe('node-gpu');
  });

  it('is one to a process', async () => {
    tensorFlow('@tensorflow/tfjs-node-gpu');
    tensorFlow('@tensorflow/tfjs-node');
    await useBackend('node');
    await expectError(() => useBackend('node-gpu'), 'GM_BACKEND', 'node runs in this process', 'start a new process');
    expect((await describeBackends()).filter(({ current }) => current).map(({ name }) => name)).toEqual(['node']);
  });

  it('leaves the gradients of this package in their place, and starts again once it was removed', async () => {
    tensorFlow('@tensorflow/tfjs-node');
    const ours = getGradient(Tanh);
    await useBackend('node');
    expect(getGradient(Tanh)).toBe(ours);
    removeBackend('tensorflow');
    expect((await useBackend('node')).tfjsName).toBe('tensorflow');
  });

  it('leaves the gradients in their place when it fails', async () => {
    install('@tensorflow/tfjs-node', `_tfGlobals.get('gradRegistry').delete('Tanh'); throw new Error('half')`, BINDING);
    const ours = getGradient(Tanh);
    await expectError(() => useBackend('node'), 'GM_BACKEND', "it fails with 'half'");
    expect(getGradient(Tanh)).toBe(ours);
  });

  it.each(['isNullOrUndefined', 'isArray'])('starts where Node has no util.%s()', async (name) => {
    const util = process.getBuiltinModule('node:util') as unknown as Record<string, unknown>;
    const former = util[name];
    delete util[name];
    tensorFlow('@tensorflow/tfjs-node');
    await useBackend('node');
    expect((util[name] as (value: unknown) => boolean)([])).toBe(name === 'isArray');
    util[name] = former;
  });
});

describe('webgpu', () => {
  const backend = '@tensorflow/tfjs-backend-webgpu';

  it('is refused where no adapter answers', async () => {
    install(backend, '');
    dawn(null);
    await expectError(() => useBackend('webgpu'), 'GM_BACKEND', 'no graphics adapter answers', 'driver');
  });

  it('is never chosen silently on a software adapter', async () => {
    install(backend, '');
    dawn({ info: { description: 'llvmpipe (LLVM 15)', vendor: 'mesa' } });
    await expectError(() => useBackend('webgpu'), 'GM_BACKEND', 'llvmpipe (LLVM 15), mesa', 'software: true');
    expect((await useBackend('auto')).reason).toContain('webgpu was passed over: its only adapter is software');
  });

  it('is tried on a software adapter when that is allowed', async () => {
    install(backend, 'throw new Error("loaded")');
    dawn({ info: { description: 'llvmpipe (LLVM 15)' } });
    await expectError(() => useBackend('webgpu', { software: true }), 'GM_BACKEND', "it fails with 'loaded'");
  });
});

describe('variables', () => {
  const homeOf = ({ dataId }: { dataId: object }) => engine().state.tensorInfo.get(dataId)!.backend;

  it('move along to another backend with their numbers, and clones of them too', async () => {
    const v = tidy(() => variable(tensor([1, 2])));
    const twin = clone(v);
    await useBackend('wasm');
    expect(homeOf(v)).toBe(engine().backend);
    expect([...v.dataSync(), ...twin.dataSync()]).toEqual([1, 2, 1, 2]);
    dispose([v, twin]);
  });

  it('on a backend that was removed stay there, and keep nobody from another', async () => {
    await useBackend('wasm');
    const v = tidy(() => variable(tensor([1, 2])));
    const factory = findBackendFactory('wasm');
    removeBackend('wasm');
    registerBackend('wasm', factory);
    await useBackend('cpu');
    expect(homeOf(v)).not.toBe(engine().backend);
    v.assign(tensor([3, 4]));
    expect([...v.dataSync()]).toEqual([3, 4]);
    engine().disposeVariables();
  });
});

describe('registerGradients', () => {
  it('puts its gradients back when another library has replaced them', () => {
    registerGradients();
    const ours = getGradient(Tanh);
    registerGradient({ ...ours });
    expect(getGradient(Tanh)).not.toBe(ours);
    registerGradients();
    expect(getGradient(Tanh)).toBe(ours);
  });

  it('says nothing, however often it is called', () => {
    const warn = vi.spyOn(console, 'warn');
    registerGradients();
    registerGradients();
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('describeBackends', () => {
  it('reports every backend, what stands in its way and what mends that', async () => {
    await useBackend('wasm');
    const reports = await describeBackends();
    expect(reports.map(({ name }) => name)).toEqual(['node-gpu', 'webgpu', 'node', 'wasm', 'cpu']);
    expect(reports[0]).toMatchObject({
      installed: false,
      startable: false,
      mend: 'Run: npm install @tensorflow/tfjs-node-gpu',
    });
    expect(reports[3]).toMatchObject({ installed: true, startable: true, current: true, simd: true, cannotTrain: [] });
    expect((await describeBackend())?.name).toBe('wasm');
    expect(getBackend()).toBe('wasm');
  });

  it('looks only at those of the names given, and at the one in use', async () => {
    install('@tensorflow/tfjs-backend-webgpu', '');
    install('webgpu', 'globalThis.loadedOfTest = true; throw new Error("loaded")');
    expect((await describeBackends({}, ['cpu', 'wasm'])).map(({ name }) => name)).toEqual(['wasm', 'cpu']);
    expect((await describeBackend())?.name).toBe('cpu');
    expect(globalThis).not.toHaveProperty('loadedOfTest');
  });

  it('says which parts a backend cannot train, and the kernels that these miss', async () => {
    const kernel = getKernel(UnsortedSegmentSum, 'cpu');
    unregisterKernel(UnsortedSegmentSum, 'cpu');
    const report = await describeBackend();
    registerKernel(kernel);
    expect(report?.cannotTrain).toEqual([{ part: 'embeddings', kernels: ['UnsortedSegmentSum'] }]);
    expect((await describeBackend())?.cannotTrain).toEqual([]);
  });
});
