import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/use.js';
import { expectNear } from '../kernelCase.js';
import { byEsbuild, byVite } from './bundle.js';
import type { Result, Task } from './page/run.js';
import { type Trained, trainConvolutions } from './page/train.js';
import { serve } from './server.js';

const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** The strictest that the README says is enough. */
const policy = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
};

interface Visit {
  readonly bundle?: 'vite' | 'esbuild';
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it computes. */
  readonly place?: 'page' | 'worker';
  /** As a browser that has never heard of it. */
  readonly withoutWebgpu?: boolean;
}
type Use<Result> = (page: Page, said: readonly string[]) => Promise<Result>;
const trainOnWasm: Task = { backend: 'wasm', options: { threads: 2 }, steps: 20 };

// Without a browser these are listed as skipped; in CI each of them is a failure then.
describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let expected: Trained;
  const warnings: Record<string, string[]> = {};
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gm-page-')));
    warnings.vite = await byVite(join(folder, 'vite'));
    warnings.esbuild = await byEsbuild(join(folder, 'esbuild'));
    const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: executablePath!, headless: true, args });
    await useBackend('wasm', { threads: 2 });
    expected = await trainConvolutions(trainOnWasm.steps!);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function onPage<Result>({ bundle = 'vite', headers = {}, withoutWebgpu }: Visit, use: Use<Result>) {
    const server = await serve(join(folder, bundle), headers);
    const page = await browser.newPage();
    const [said, errors]: [string[], string[]] = [[], []];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    try {
      if (withoutWebgpu) await page.addInitScript("Object.defineProperty(Navigator.prototype, 'gpu', { get() {} })");
      await page.goto(server.url);
      await page.waitForFunction(() => 'runHere' in globalThis, undefined, { timeout: 20_000 });
      const result = await use(page, said);
      expect(errors, 'errors that nobody caught').toEqual([]);
      return result;
    } finally {
      await page.close();
      server.close();
    }
  }

  const visit = (task: Task, where: Visit): Promise<Result> =>
    onPage(where, async (page, said) => {
      const inWorker = where.place === 'worker';
      const result = await (inWorker
        ? page.evaluate((task) => runInWorker(task), task)
        : page.evaluate((task) => runHere(task), task));
      expect(result.crash, said.join('\n')).toBeUndefined();
      if (result.report?.name === 'wasm' && !inWorker) {
        await page.evaluate(() => complainOfStrings());
        expect(said.join('\n'), 'what tfjs prints out of its memory').toContain('Unsupported input_type');
      }
      return result;
    });

  it.each(['vite', 'esbuild'])('%s bundles it without a warning, optional packages missing', (bundle) => {
    expect(warnings[bundle]).toEqual([]);
  });

  describe.each(['page', 'worker'] as const)('a %s', (place) => {
    it.each(['vite', 'esbuild'] as const)(
      'built by %s trains with two threads where it is isolated, as Node does',
      async (bundle) => {
        const { reason, report, trained } = await visit(trainOnWasm, { bundle, headers: isolated, place });
        expect(report).toMatchObject({ threads: 2 });
        expect(report!.limit).toBeUndefined();
        expect(reason).toBe(`asked for; wasm with ${report!.fused ? 'relaxed SIMD' : 'SIMD'}, 2 threads`);
        expectAsInNode(trained);
        expect(trained!.losses.at(-1)).toBeLessThan(trained!.losses[0]! / 2);
      },
    );

    it('trains with one thread where it is not isolated, and says so', async () => {
      const { reason, report, trained } = await visit(trainOnWasm, { place });
      expect(report).toMatchObject({ threads: 1, limit: 'the page is not cross-origin isolated' });
      expect(reason).toContain('1 thread (the page is not cross-origin isolated)');
      expectAsInNode(trained);
    });

    it.each([
      ['node-gpu', 'it is for Node', 'Choose webgpu or wasm in a browser.'],
      ['node', 'it is for Node', 'Choose webgpu or wasm in a browser.'],
      ['webgpu', '@tensorflow/tfjs-backend-webgpu is not loaded', "import '@tensorflow/tfjs-backend-webgpu'"],
    ] as const)('refuses %s with the remedy, and keeps what it had', async (backend, why, remedy) => {
      const result = await visit({ backend, options: {}, former: 'wasm' }, { place });
      expect(result.refusal).toEqual({ code: 'GM_BACKEND', message: expect.stringContaining(`${backend}: ${why}`) });
      expect(result.refusal!.message).toContain(remedy);
      expect(result.after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it('takes wasm by itself, and says why not WebGPU', async () => {
      const { reason, after } = await visit({ backend: 'auto', options: {} }, { place });
      expect(reason).toContain('webgpu was passed over: @tensorflow/tfjs-backend-webgpu is not loaded; wasm with');
      expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it.each([
      ['is not there', '/nowhere/'],
      ['is a page, as of a server for one-page programs', '/index.html?'],
    ])("refuses wasm where tfjs's file %s, with the remedy", async (_, wasmPaths) => {
      const result = await visit(
        { backend: 'wasm', options: { wasmPaths }, former: 'cpu' },
        { bundle: 'esbuild', place },
      );
      expect(result.refusal).toEqual({ code: 'GM_BACKEND', message: expect.stringContaining('Pass wasmPaths') });
      expect(result.after).toEqual({ backend: 'cpu', six: 6, tensors: 0 });
    });
  });

  it('two workers at once compute the bits of their page, and leave no thread behind', async () => {
    await onPage({ headers: isolated }, async (page) => {
      const results = await page.evaluate(
        (task) => Promise.all([runHere(task), runInWorker(task), runInWorker(task)]),
        trainOnWasm,
      );
      const [here, ...workers] = results.map(({ trained }) => trained);
      expectAsInNode(here);
      expect(workers).toEqual([here, here]);
      // Chromium gives a thread that sleeps two seconds to wake up, then ends it.
      await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(1); // which helps the page
    });
  });

  it('a page trains with two threads under a strict content security policy', async () => {
    const { report, trained } = await visit(trainOnWasm, { headers: { ...isolated, ...policy } });
    expect(report).toMatchObject({ threads: 2 });
    expectAsInNode(trained);
  });

  it('a page goes on with one thread where its policy allows no workers', async () => {
    const refusing = {
      'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    };
    const { report, trained } = await visit(trainOnWasm, { headers: { ...isolated, ...refusing } });
    expect(report).toMatchObject({ threads: 1, limit: expect.stringContaining('threads do not start') });
    expectAsInNode(trained);
  });

  it('a page in a browser without WebGPU refuses it, and takes wasm by itself', async () => {
    const refused = await visit({ backend: 'webgpu', options: {}, former: 'cpu' }, { withoutWebgpu: true });
    expect(refused.refusal).toEqual({
      code: 'GM_BACKEND',
      message: expect.stringContaining('this browser has no WebGPU. Use a current browser over https, or choose wasm.'),
    });
    expect(refused.after).toEqual({ backend: 'cpu', six: 6, tensors: 0 });
    const { reason } = await visit({ backend: 'auto', options: {} }, { withoutWebgpu: true });
    expect(reason).toContain('webgpu was passed over: this browser has no WebGPU; wasm with');
  });

  function expectAsInNode(trained: Trained | undefined): void {
    for (const name of ['losses', 'weights', 'drawn'] as const) expectNear(trained![name], expected[name], 1e-4);
  }
});
