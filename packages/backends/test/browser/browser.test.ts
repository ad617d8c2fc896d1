import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/use.js';
import { expectNear } from '../kernelCase.js';
import { byEsbuild, byVite } from './bundle.js';
import { chromiumPath, launch } from './chromium.js';
import type { Task } from './page/run.js';
import { type Trained, trainConvolutions } from './page/train.js';
import { onPage, type Place, visit } from './visit.js';

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** The strictest that the README says is enough. */
const policy = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
};

const trainOnWasm: Task = { backend: 'wasm', options: { threads: 2 }, steps: 30 };

// Without a browser these are listed as skipped; in CI each of them is a failure then.
describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let expected: Trained;
  const warnings: Record<string, string[]> = {};
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gm-page-')));
    warnings.vite = await byVite(join(folder, 'vite'));
    warnings.esbuild = await byEsbuild(join(folder, 'esbuild'));
    browser = await launch();
    await useBackend('wasm', { threads: 2 });
    expected = await trainConvolutions(trainOnWasm.steps!);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (place: Omit<Place, 'folder'> = {}, bundle: 'vite' | 'esbuild' = 'vite'): Place => ({
    ...place,
    folder: join(folder, bundle),
  });

  it.each(['vite', 'esbuild'])('%s bundles it without a warning, optional packages missing', (bundle) => {
    expect(warnings[bundle]).toEqual([]);
  });

  describe.each(['page', 'worker'])('a %s', (name) => {
    const place = { inWorker: name === 'worker' };

    it.each(['vite', 'esbuild'] as const)(
      'built by %s trains with two threads where it is isolated, as Node does',
      async (bundle) => {
        const { reason, report, trained } = await visit(
          browser,
          trainOnWasm,
          at({ ...place, headers: isolated }, bundle),
        );
        expect(report).toMatchObject({ threads: 2 });
        expect(report!.limit).toBeUndefined();
        expect(reason).toBe(`asked for; wasm with ${report!.fused ? 'relaxed SIMD' : 'SIMD'}, 2 threads`);
        expectAsInNode(trained);
        expect(trained!.losses.at(-1)).toBeLessThan(trained!.losses[0]! / 2);
      },
    );

    it('trains with one thread where it is not isolated, and says so', async () => {
      const { reason, report, trained } = await visit(browser, trainOnWasm, at(place));
      expect(report).toMatchObject({ threads: 1, limit: 'the page is not cross-origin isolated' });
      expect(reason).toContain('1 thread (the page is not cross-origin isolated)');
      expectAsInNode(trained);
    });

    it.each([
      ['node-gpu', 'it is for Node', 'Choose webgpu or wasm in a browser.'],
      ['node', 'it is for Node', 'Choose webgpu or wasm in a browser.'],
      ['webgpu', '@tensorflow/tfjs-backend-webgpu is not loaded', "import '@tensorflow/tfjs-backend-webgpu'"],
    ] as const)('refuses %s with the remedy, and keeps what it had', async (backend, why, remedy) => {
      const result = await visit(browser, { backend, options: {}, former: 'wasm' }, at(place));
      expect(result.refusal).toEqual({ code: 'GM_BACKEND', message: expect.stringContaining(`${backend}: ${why}`) });
      expect(result.refusal!.message).toContain(remedy);
      expect(result.after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it('takes wasm by itself, and says why not WebGPU', async () => {
      const { reason, after } = await visit(browser, { backend: 'auto', options: {} }, at(place));
      expect(reason).toContain('webgpu was passed over: @tensorflow/tfjs-backend-webgpu is not loaded; wasm with');
      expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it.each([
      ['is not there', '/nowhere/'],
      ['is a page, as of a server for one-page programs', '/index.html?'],
    ])("refuses wasm where tfjs's file %s, with the remedy", async (_, wasmPaths) => {
      const task: Task = { backend: 'wasm', options: { wasmPaths }, former: 'cpu' };
      const result = await visit(browser, task, at(place, 'esbuild'));
      expect(result.refusal).toEqual({ code: 'GM_BACKEND', message: expect.stringContaining('Pass wasmPaths') });
      expect(result.after).toEqual({ backend: 'cpu', six: 6, tensors: 0 });
    });
  });

  it('two workers at once compute the bits of their page, and leave no thread behind', async () => {
    await onPage(browser, at({ headers: isolated }), async (page) => {
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
    const { report, trained } = await visit(browser, trainOnWasm, at({ headers: { ...isolated, ...policy } }));
    expect(report).toMatchObject({ threads: 2 });
    expectAsInNode(trained);
  });

  it('a page goes on with one thread where its policy allows no workers', async () => {
    const refusing = {
      'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    };
    const { report, trained } = await visit(browser, trainOnWasm, at({ headers: { ...isolated, ...refusing } }));
    expect(report).toMatchObject({ threads: 1, limit: expect.stringContaining('threads do not start') });
    expectAsInNode(trained);
  });

  it('a page in a browser without WebGPU refuses it, and takes wasm by itself', async () => {
    const refused = await visit(
      browser,
      { backend: 'webgpu', options: {}, former: 'cpu' },
      at({ withoutWebgpu: true }),
    );
    expect(refused.refusal).toEqual({
      code: 'GM_BACKEND',
      message: expect.stringContaining('this browser has no WebGPU. Use a current browser over https, or choose wasm.'),
    });
    expect(refused.after).toEqual({ backend: 'cpu', six: 6, tensors: 0 });
    const { reason } = await visit(browser, { backend: 'auto', options: {} }, at({ withoutWebgpu: true }));
    expect(reason).toContain('webgpu was passed over: this browser has no WebGPU; wasm with');
  });

  function expectAsInNode(trained: Trained | undefined): void {
    for (const name of ['losses', 'weights', 'drawn'] as const) expectNear(trained![name], expected[name], 1e-4);
  }
});
