import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/use.js';
import { expectNear } from '../kernelCase.js';
import { byEsbuild, byVite } from './bundle.js';
import { trainConvolutions } from './page/train.js';
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

interface Result {
  readonly error?: string;
  readonly reason: string;
  readonly report: { readonly threads: number; readonly limit?: string; readonly fused: boolean };
  readonly losses: number[];
}

// Without a browser these are listed as skipped; in CI each of them is a failure then.
describe.skipIf(executablePath === undefined)('a page in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let expected: number[];
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gm-page-')));
    await byVite(join(folder, 'vite'));
    await byEsbuild(join(folder, 'esbuild'));
    const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: executablePath!, headless: true, args });
    await useBackend('wasm', { threads: 2 });
    expected = await trainConvolutions();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function visit(bundle: string, headers: Readonly<Record<string, string>>): Promise<Result> {
    const server = await serve(join(folder, bundle), headers);
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    try {
      await page.goto(server.url);
      await page.waitForFunction(() => 'result' in globalThis, undefined, { timeout: 20_000 });
      const result = (await page.evaluate('result')) as Result;
      expect(result.error, said.join('\n')).toBeUndefined();
      expect(said.join('\n'), 'what tfjs prints out of its memory').toContain('Unsupported input_type');
      return result;
    } finally {
      await page.close();
      server.close();
    }
  }

  it.each(['vite', 'esbuild'])(
    'built by %s trains with two threads where it is isolated, as Node does',
    async (bundle) => {
      const { reason, report, losses } = await visit(bundle, isolated);
      expect(report).toMatchObject({ threads: 2 });
      expect(report.limit).toBeUndefined();
      expect(reason).toBe(`asked for; wasm with ${report.fused ? 'relaxed SIMD' : 'SIMD'}, 2 threads`);
      expectNear(losses, expected, 1e-4);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    },
  );

  it('trains with two threads under a strict content security policy', async () => {
    const { report, losses } = await visit('vite', { ...isolated, ...policy });
    expect(report).toMatchObject({ threads: 2 });
    expectNear(losses, expected, 1e-4);
  });

  it('trains with one thread where it is not isolated, and says so', async () => {
    const { reason, report, losses } = await visit('vite', {});
    expect(report).toMatchObject({ threads: 1, limit: 'the page is not cross-origin isolated' });
    expect(reason).toContain('1 thread (the page is not cross-origin isolated)');
    expectNear(losses, expected, 1e-4);
  });

  it('goes on with one thread where the policy of the page allows no workers', async () => {
    const refusing = {
      'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    };
    const { report, losses } = await visit('vite', { ...isolated, ...refusing });
    expect(report).toMatchObject({ threads: 1, limit: expect.stringContaining('threads do not start') });
    expectNear(losses, expected, 1e-4);
  });
});
