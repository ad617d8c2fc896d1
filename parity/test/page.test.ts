import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@gm/backends';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byVite } from '../../packages/backends/test/browser/bundle.js';
import { chromiumPath, launch } from '../../packages/backends/test/browser/chromium.js';
import type { Task } from '../../packages/backends/test/browser/page/run.js';
import { type Trained, trainConvolutions } from '../../packages/backends/test/browser/page/train.js';
import { onPage, visit } from '../../packages/backends/test/browser/visit.js';
import { expectTrained } from './expectTrained.js';

// A processor that plays the graphics processor takes a second for a step on 32 images.
const trainOnWebgpu: Task = { backend: 'webgpu', options: { software: true }, steps: 10, images: 4 };

describe.skipIf(chromiumPath === undefined)('a page with tfjs-backend-webgpu, in Chromium', () => {
  let folder: string;
  let warnings: string[];
  let [withWebgpu, without]: [Browser?, Browser?] = [];
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gm-webgpu-')));
    warnings = await byVite(folder, fileURLToPath(new URL('./page', import.meta.url)));
    // Without the switch, Chromium shows navigator.gpu and gives no adapter on a machine without a graphics processor.
    [withWebgpu, without] = await Promise.all([launch('--enable-unsafe-webgpu'), launch()]);
  });
  afterAll(async () => {
    await Promise.all([withWebgpu, without].map((browser) => browser?.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('is bundled by Vite without a warning', () => {
    expect(warnings).toEqual([]);
  });

  describe.each(['page', 'worker'])('in a %s', (name) => {
    const place = { inWorker: name === 'worker' };

    it('trains on WebGPU where a software adapter is allowed, as Node does on wasm', async () => {
      await useBackend('wasm', { threads: 2 });
      const expected: Trained = await trainConvolutions(trainOnWebgpu.steps!, trainOnWebgpu.images);
      const { reason, report, trained, after } = await visit(withWebgpu!, trainOnWebgpu, { folder, ...place });
      expect(reason).toContain('asked for; webgpu with');
      expect(report).toMatchObject({ name: 'webgpu', device: expect.stringMatching(/./) });
      expect(after).toEqual({ backend: 'webgpu', six: 6, tensors: 0 });
      expectTrained(trained, expected);
    });

    it('does not take a software adapter by itself, but wasm, and says why', async () => {
      const task: Task = { backend: 'auto', options: {} };
      const { reason, after } = await visit(withWebgpu!, task, { folder, ...place });
      expect(reason).toMatch(/^webgpu was passed over: its only adapter is software \(.+\); wasm with/);
      expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it('takes it by itself where that is allowed', async () => {
      const task: Task = { backend: 'auto', options: { software: true } };
      expect(await visit(withWebgpu!, task, { folder, ...place })).toMatchObject({
        reason: expect.stringMatching(/^the first choice; webgpu with/),
        after: { backend: 'webgpu', six: 6, tensors: 0 },
      });
    });

    it('refuses a software adapter when WebGPU is asked for, and keeps what it had', async () => {
      const task: Task = { backend: 'webgpu', options: {}, former: 'wasm' };
      const { refusal, after } = await visit(withWebgpu!, task, { folder, ...place });
      expect(refusal).toEqual({ code: 'GM_BACKEND', message: expect.stringMatching(/software \(.+software: true/) });
      expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });

    it.each([false, true])(
      'refuses WebGPU where no adapter answers, software: %s, with the remedy',
      async (software) => {
        const task: Task = { backend: 'webgpu', options: { software }, former: 'cpu' };
        const { refusal, after } = await visit(without!, task, { folder, ...place });
        expect(refusal).toEqual({
          code: 'GM_BACKEND',
          message: expect.stringMatching(/webgpu: no graphics adapter answers\. .*driver/),
        });
        expect(after).toEqual({ backend: 'cpu', six: 6, tensors: 0 });
      },
    );

    it('takes wasm by itself where no adapter answers, and says so', async () => {
      const { reason, after } = await visit(without!, { backend: 'auto', options: {} }, { folder, ...place });
      expect(reason).toContain('webgpu was passed over: no graphics adapter answers; wasm with');
      expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    });
  });

  it('refuses WebGPU in a browser that has none, with the remedy, and takes wasm by itself', async () => {
    const place = { folder, withoutWebgpu: true };
    const task: Task = { backend: 'webgpu', options: { software: true }, former: 'wasm' };
    const { refusal, after } = await visit(without!, task, place);
    expect(refusal).toEqual({
      code: 'GM_BACKEND',
      message: expect.stringContaining('this browser has no WebGPU. Use a current browser over https, or choose wasm.'),
    });
    expect(after).toEqual({ backend: 'wasm', six: 6, tensors: 0 });
    const { reason } = await visit(without!, { backend: 'auto', options: {} }, place);
    expect(reason).toContain('webgpu was passed over: this browser has no WebGPU; wasm with');
  });

  it('trains in the page and in two workers at once, each on a device of its own', { timeout: 180_000 }, async () => {
    await onPage(withWebgpu!, { folder }, async (page) => {
      const [here, ...workers] = await page.evaluate(
        (task) => Promise.all([runHere(task), runInWorker(task), runInWorker(task)]),
        trainOnWebgpu,
      );
      expect(here!.crash).toBeUndefined();
      for (const { trained } of workers) expectTrained(trained, here!.trained!);
      await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);
    });
  });
});
