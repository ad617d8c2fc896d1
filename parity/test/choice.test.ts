import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeBackends, useBackend } from '@gm/backends';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { getBackend } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { missing } from './present.js';

const absent = await missing('webgpu');
const [strict, lenient] = await Promise.all(
  [false, true].map(async (software) => (await describeBackends({ software }, ['webgpu']))[0]!),
);
const onlySoftware = lenient!.startable && !strict!.startable;

describe.skipIf(!onlySoftware)(`where the only WebGPU adapter is software ${absent ?? ''}`, () => {
  const { device } = lenient!;
  beforeEach(async () => {
    await useBackend('cpu');
  });

  it('auto takes wasm, and says why, naming the adapter', async () => {
    const { name, reason } = await useBackend('auto', { threads: 1 });
    expect(name).toBe('wasm');
    expect(reason).toBe(
      `webgpu was passed over: its only adapter is software (${device}); wasm with relaxed SIMD, 1 thread`,
    );
  });

  it('webgpu is refused unless that is allowed, and the former backend stays', async () => {
    await expectError(() => useBackend('webgpu'), 'GM_BACKEND', device!, 'Choose wasm', 'software: true');
    expect(getBackend()).toBe('cpu');
  });

  it('webgpu starts where that is allowed, and auto takes it then', async () => {
    for (const name of ['webgpu', 'auto'] as const) {
      await useBackend('cpu');
      expect(await useBackend(name, { software: true })).toMatchObject({ name: 'webgpu', device });
    }
  });

  it('makes no tensors when it starts, when it is refused, when it is described', async () => {
    await expectNoLeak(async () => {
      await useBackend('webgpu', { software: true });
      await useBackend('webgpu').catch(() => {});
      await describeBackends();
      return [];
    });
  });
});

describe.skipIf(process.platform !== 'linux')('without any driver (a child process that is told of none)', () => {
  it('webgpu is refused with the remedy, auto takes wasm, and the process ends by itself', async () => {
    const { code, printed } = await inChild(
      `await useBackend('cpu');
       const refusals = [];
       for (const software of [false, true])
         await useBackend('webgpu', { software }).catch(({ code, message }) => refusals.push({ code, message }));
       const former = getBackend();
       const { name, reason } = await useBackend();
       console.log(JSON.stringify({ refusals, former, name, reason, tensors: memory().numTensors }));`,
      { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' },
    );
    const refusal = {
      code: 'GM_BACKEND',
      message: expect.stringMatching(/webgpu: no graphics adapter answers\. Install a Vulkan.* driver\./),
    };
    expect(printed).toEqual({
      refusals: [refusal, refusal],
      former: 'cpu',
      name: 'wasm',
      reason: expect.stringContaining('webgpu was passed over: no graphics adapter answers; wasm with'),
      tensors: 0,
    });
    expect(code).toBe(0);
  });
});

describe.skipIf(absent)(`in a process of its own ${absent ?? ''}`, () => {
  it('cpu, wasm and webgpu compute in turn, there and back, and the process ends by itself', async () => {
    const { code, printed } = await inChild(
      `const rows = [];
       for (const name of ['cpu', 'webgpu', 'wasm', 'webgpu', 'cpu', 'wasm']) {
         await useBackend(name, { software: true });
         if (name === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
         const x = tensor(Float32Array.from({ length: 64 }, (_, place) => Math.sin(place)), [8, 8]);
         const [value, slope] = tidy(() => [matMul(x, x), grad((x) => sum(square(matMul(x, x))))(x)]);
         rows.push([getBackend(), [...await value.data()], [...await slope.data()]]);
         dispose([x, value, slope]);
       }
       console.log(JSON.stringify({ rows, tensors: memory().numTensors }));`,
    );
    expect(code).toBe(0);
    const { rows, tensors } = printed as { rows: [string, number[], number[]][]; tensors: number };
    expect(rows.map(([name]) => name)).toEqual(['cpu', 'webgpu', 'wasm', 'webgpu', 'cpu', 'wasm']);
    for (const [name, value, slope] of rows) {
      expect(value, name).toEqual(rows[0]![1].map((number) => expect.closeTo(number, 4)));
      expect(slope, name).toEqual(rows[0]![2].map((number) => expect.closeTo(number, 3)));
    }
    expect(tensors).toBe(0);
  });

  it.each([
    ['when it throws', "throw new Error('of the program');", 1],
    ['when it calls exit()', 'process.exit(3);', 3],
  ])('ends %s with work on the way', async (_, ending, code) => {
    const program = `await useBackend('webgpu', { software: true });
      const x = tidy(() => matMul(tensor(new Float32Array(250_000), [500, 500]), tensor(new Float32Array(250_000), [500, 500])));
      console.log('{}');
      void x.data();
      ${ending}`;
    expect((await inChild(program)).code).toBe(code);
  });
});

/** Runs a program with the packages of this folder; 'hangs' is when it does not end by itself. */
async function inChild(program: string, variables: Readonly<Record<string, string>> = {}) {
  const imports = `import { useBackend } from '@gm/backends';
    import { dispose, env, getBackend, grad, matMul, memory, square, sum, tensor, tidy } from '@tensorflow/tfjs-core';`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', imports + program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  const patience = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const code = await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 'hangs' : signal)));
  });
  clearTimeout(patience);
  return { code, printed: text === '' ? undefined : JSON.parse(text) };
}
